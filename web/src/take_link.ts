/**
 * Reads the link out of the address bar and takes it out of there and of the tab's history, before
 * anything else runs. This file imports nothing, and `main.ts` imports it first.
 */

/** The fragment that the page was opened with, without `#`; empty when there was none. */
export const openedWith = takeFragment();

/** Takes the fragment that stands in the address bar now. */
export function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (location.hash !== '' || location.href.endsWith('#')) {
    history.replaceState(null, '', location.pathname + location.search);
  }
  return fragment;
}
