import { expect, it } from 'vitest';

import { helpsToTryAgain, refusalWords } from './refusal_words';

it('nobody is invited to try again where another host stands in the door', () => {
  expect(helpsToTryAgain({ kind: 'host-mismatch' })).toBe(false);
  expect(helpsToTryAgain({ kind: 'unreachable' })).toBe(true);
  expect(helpsToTryAgain({ kind: 'too-many', retryAfterS: 5 })).toBe(true);
});

it('a refusal in the server’s own words is shown in these words', () => {
  expect(refusalWords({ kind: 'refused', message: 'Full for today.' }).text).toBe('Full for today.');
});
