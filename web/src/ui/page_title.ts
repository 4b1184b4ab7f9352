import { m } from '../messages/messages.js';
import type { Screen } from '../state/app';
import { linkFaultWords, refusalWords } from './home/refusal_words';

/**
 * The window's title. A meeting's own title stays out of it: browsers keep window titles in their
 * history, next to the time.
 */
export function pageTitle(screen: Screen<unknown, unknown>): string {
  const words = wordsOf(screen);
  return words === undefined ? m.home_title() : `${words} – ${m.home_title()}`;
}

function wordsOf(screen: Screen<unknown, unknown>): string | undefined {
  switch (screen.kind) {
    case 'home':
      return undefined;
    case 'start':
      return m.home_start();
    case 'link-fault':
      return linkFaultWords(screen.fault).heading;
    case 'closed-door':
      return refusalWords(screen.refusal).heading;
    case 'opening':
      return m.home_title_opening();
    case 'pre-join':
      return m.home_title_before();
    case 'call':
      return m.home_title_call();
    case 'forgotten':
      return m.home_forgotten();
    case 'ended':
      return m.home_title_ended();
  }
}
