import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { connected, pass, track } from './fake_house';
import { KEPT_MS } from './patience';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a call in which the server tried to learn something', () => {
  it('ends at once, and never goes back', async () => {
    const house = connected();
    house.room.breaks('breached');
    await pass(0);
    expect(house.now).toBe('breached');
    house.call.retryNow();
    await pass(KEPT_MS);
    expect(house.now).toBe('breached');
    expect(house.seen.map(({ kind }) => kind)).toEqual(['joining', 'connected', 'ended']);
    expect([house.admissions, house.rooms.length]).toEqual([0, 1]);
  });

  it('ends also while it is coming back', async () => {
    const house = connected();
    house.room.breaks('lost');
    await pass(1_000);
    expect(house.rooms).toHaveLength(2);
    house.room.breaks('breached');
    await pass(KEPT_MS);
    expect(house.now).toBe('breached');
    expect([house.admissions, house.rooms.length]).toEqual([1, 2]);
  });

  it('publishes nothing any more', async () => {
    const house = connected();
    house.room.breaks('breached');
    await pass(0);
    await house.call.setTrack('microphone', track('voice'));
    await pass(1_000);
    expect(house.room.published).toEqual([]);
  });
});
