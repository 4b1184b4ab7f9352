import { describe, expect, it } from 'vitest';

import { Liveness } from './liveness';

describe('who has read how far', () => {
  it('believes those who were there of somebody who is lost in the meantime', () => {
    const liveness = new Liveness();
    liveness.received(7, 1_000);
    liveness.returned();
    expect(liveness.receivedMs(7)).toBe(Number.NEGATIVE_INFINITY);
    expect(liveness.overdue(1e9)).toBeUndefined();
    expect(liveness.signedUpTo.size).toBe(0);
  });

  it('is forgotten when another order begins', () => {
    const liveness = new Liveness();
    liveness.received(900, 1_000);
    liveness.signed('ana', 900);
    liveness.received(17, 2_000);
    expect(liveness.signedUpTo.size).toBe(0);
    expect(liveness.receivedMs(900)).toBeUndefined();
  });

  it('is never farther than the order goes', () => {
    const liveness = new Liveness();
    liveness.received(7, 1_000);
    liveness.signed('ana', 99);
    expect(liveness.signedUpTo.get('ana')).toBe(7);
  });
});
