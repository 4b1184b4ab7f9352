import type { KeyContext } from '../../state/shortcuts';

const TEXT_FIELDS =
  'input:not([type="checkbox"], [type="radio"], [type="button"], [readonly]), textarea, select, ' +
  '[contenteditable=""], [contenteditable="true"]';
const CONTROLS = 'button, a[href], input, select, textarea, summary, [role="button"]';

/** What the focused element makes of a key itself. */
export function keyContext(target: EventTarget | null, areSingleKeysOn: boolean): KeyContext {
  return {
    isTyping: isWithin(target, TEXT_FIELDS),
    isOnControl: isWithin(target, CONTROLS),
    areSingleKeysOn,
  };
}

function isWithin(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

/** Moves the focus to the next region of the screen, or the one before; around at the ends. */
export function focusNextRegion(root: HTMLElement, isBackwards: boolean): void {
  const regions = [...root.querySelectorAll<HTMLElement>('[data-region]')];
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  const step = isBackwards ? -1 : 1;
  const next = now === -1 ? (isBackwards ? regions.length - 1 : 0) : now + step;
  const region = regions[(next + regions.length) % regions.length];
  if (region !== undefined) {
    region.tabIndex = -1;
    region.focus();
  }
}
