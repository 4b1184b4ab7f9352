import { describe, expect, it } from 'vitest';

import { MAX_REASON_CHARS, parseReadiness } from './readiness';

describe('an answer of /readyz', () => {
  it('is ready at 200, whatever the body says', () => {
    expect(parseReadiness(200, '{"reason":"no"}')).toEqual({ isReady: true });
  });

  it('gives the reason of the server', () => {
    const body = JSON.stringify({ reason: ' The database is being migrated. ' });
    expect(parseReadiness(503, body)).toEqual({
      isReady: false,
      reason: 'The database is being migrated.',
    });
  });

  it.each(['', 'oops', 'null', '[]', '{}', '{"reason":7}', '{"reason":"  "}'])(
    'has no reason when the body is %j',
    (body) => {
      expect(parseReadiness(503, body)).toEqual({ isReady: false, reason: undefined });
    },
  );

  it('cuts a reason that would fill the page', () => {
    const body = JSON.stringify({ reason: 'x'.repeat(100_000) });
    expect(parseReadiness(503, body)).toEqual({
      isReady: false,
      reason: 'x'.repeat(MAX_REASON_CHARS),
    });
  });
});
