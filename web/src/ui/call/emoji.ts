import { m } from '../../messages/messages.js';

// In the order of their numbers (`protocol/group.md`). Told apart at a glance and aloud, drawn alike by
// the fonts of all systems since Unicode 9.
const EMOJI =
  '🐶🐱🦁🐴🦄🐷🐘🐰🐼🐓🐧🐢🐟🐙🦋🌷🌳🌵🍄🌏🌙☁️🔥🍌🍎🍓🌽🍕🎂❤️😀🤖🎩👓🔧🎅👍☂️⌛⏰🎁💡📕✏️📎✂️🔒🔑🔨☎️🏁🚂🚲✈️🚀🏆⚽🎸🎺🔔⚓🎧📁📌';

/** A picture to compare, and what it is called. */
export interface Picture {
  readonly emoji: string;
  readonly name: string;
}

/** The 64 pictures, in the words of the language that is set. */
export function pictures(): Picture[] {
  const names = m.call_emoji().split(', ');
  const each = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(EMOJI)];
  return each.map(({ segment }, at) => ({ emoji: segment, name: names[at] ?? '' }));
}
