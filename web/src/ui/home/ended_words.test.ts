import { expect, it } from 'vitest';

import { durationWords, endedWords } from './ended_words';

it.each([
  [200, 'en', '1 second'],
  [42_000, 'en', '42 seconds'],
  [7 * 60_000 + 20_000, 'en', '7 minutes'],
  [3_600_000, 'en', '1 hour'],
  [65 * 60_000, 'en', '1 hour, 5 minutes'],
  [65 * 60_000, 'de', '1 Stunde, 5 Minuten'],
])('after %i ms people read (%s) "%s"', (ms, locale, words) => {
  expect(durationWords(ms, locale)).toBe(words);
});

it('nobody is told that somebody ended the meeting', () => {
  for (const why of ['left', 'lost', 'refused', 'replaced', 'server-stopped'] as const) {
    const { heading, text } = endedWords(why, 60_000, 'en');
    expect(`${heading}. ${text}`).toContain('1 minute');
    expect(heading.toLowerCase()).not.toContain('ended');
  }
});
