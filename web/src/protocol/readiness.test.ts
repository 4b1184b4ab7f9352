import { describe, expect, it } from 'vitest';

import { MAX_REASON_CHARS, MAX_REASONS, parseReadiness } from './readiness';

describe('an answer of /readyz', () => {
  it('is ready at 200, whatever the body says', () => {
    expect(parseReadiness(200, '{"reasons":["store"]}')).toEqual({ isReady: true });
  });

  it('gives the reasons of the server', () => {
    const body = JSON.stringify({ ready: false, reasons: [' draining ', 'store'] });
    expect(parseReadiness(503, body)).toEqual({ isReady: false, reasons: ['draining', 'store'] });
  });

  it.each(['', 'oops', 'null', '[]', '{}', '{"reasons":7}', '{"reasons":[" ",1,null]}'])(
    'has no reason when the body is %j',
    (body) => {
      expect(parseReadiness(503, body)).toEqual({ isReady: false, reasons: [] });
    },
  );

  it('is cut when it would fill the page', () => {
    const body = JSON.stringify({ reasons: Array<string>(1_000).fill('x'.repeat(100_000)) });
    expect(parseReadiness(503, body)).toEqual({
      isReady: false,
      reasons: Array<string>(MAX_REASONS).fill('x'.repeat(MAX_REASON_CHARS)),
    });
  });
});
