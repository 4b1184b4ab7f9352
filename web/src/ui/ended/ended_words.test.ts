import { expect, it } from 'vitest';

import type { EndingFacts, EndingName } from '../../state/ending_name';
import { durationWords, endedWords, knownFacts } from './ended_words';

const NOTHING: EndingFacts = {
  ...{ hasExpired: false, isDrained: false, othersLost: 0, deadAddresses: 0 },
  ...{ attestations: 0, failedReturns: 0 },
};

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

it('nobody is told that somebody ended the meeting, but by the host’s signature', () => {
  const names: EndingName[] = [
    ...(['left', 'replaced', 'breached', 'withheld', 'suspended', 'expired'] as const),
    ...(['connection-lost', 'server-unreachable', 'cut-by-server', 'removed-by-host'] as const),
  ];
  for (const name of names) {
    const { heading, text } = endedWords({ name, facts: NOTHING }, 60_000, 'en');
    expect(heading).not.toMatch(/\bended\b/i);
    expect(text.toLowerCase()).not.toMatch(/ended the meeting(?<!nobody has ended the meeting)/);
  }
});

it('who has cut somebody is said with what is known of it', () => {
  const cut = (facts: Partial<EndingFacts>): string =>
    endedWords({ name: 'cut-by-server', facts: { ...NOTHING, ...facts } }, 0, 'en').text;
  expect(cut({ serverSaid: 'leave' })).toContain('told this device to go');
  expect(cut({ serverSaid: 'refusal' })).toContain('refuses to let this device back in');
  expect(cut({ attestations: 2, failedReturns: 2 })).toContain('signed that the meeting goes on');
});

it('a stop that the node signed is told as one, and one that it did not sign is not', () => {
  const lost = (isDrained: boolean): string =>
    endedWords({ name: 'connection-lost', facts: { ...NOTHING, isDrained } }, 0, 'en').text;
  expect(lost(true)).toContain('stopped or restarted, and signed that');
  expect(lost(false)).not.toContain('signed');
});

it('what is not known is not listed', () => {
  expect(knownFacts(NOTHING)).toEqual([]);
  const values = knownFacts({ ...NOTHING, failedReturns: 1, attestations: 3 });
  expect(values.map(({ value }) => value)).toEqual(['once', '3']);
});
