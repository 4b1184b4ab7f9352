import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { connected, House, pass, track } from './fake_house';
import type { Connection, Setbacks } from './call';
import { KEPT_MS, NO_SETBACKS } from './patience';
import type { Departure } from './room_port';

const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a call', () => {
  it('joins with the ticket that it was given', () => {
    const house = new House();
    expect(house.now).toBe('joining');
    expect(house.call.participants.value).toEqual([
      { identity: 'ME', name: 'Me', isLocal: true, publications: [] },
    ]);
    expect(house.room.ticket).toBe('first ticket');
    house.room.stands();
    expect(house.now).toBe('connected');
    expect(house.admissions).toBe(0);
  });

  it('shows who is in the room', () => {
    const house = connected();
    const people = [{ identity: 'BO', isLocal: false, name: 'Bo', publications: [] }];
    house.room.participants.set(people);
    expect(house.call.participants.value).toBe(people);
  });

  it('knows who is there by the time that it stands', () => {
    const house = new House();
    const people = [{ identity: 'BO', isLocal: false, name: 'Bo', publications: [] }];
    house.room.participants.set(people);
    const known: unknown[] = [];
    house.call.connection.subscribe(({ kind }) => known.push([kind, house.call.participants.value]));
    house.room.stands();
    expect(known.at(-1)).toEqual(['connected', people]);
  });

  it('says how large videos are shown, to the room that it is in', async () => {
    const house = connected();
    house.call.setShownSize('TR_1', undefined);
    expect(house.room.sizes).toEqual([['TR_1', undefined]]);
    house.room.breaks('lost');
    await pass(0);
    house.call.setShownSize('TR_1', undefined);
    expect(house.rooms[0]?.sizes).toHaveLength(1);
  });
});

describe('a call whose connection breaks', () => {
  it('is in trouble while the transport helps itself, and nobody vanishes', () => {
    const house = connected();
    const people = [{ identity: 'BO', isLocal: false, name: 'Bo', publications: [] }];
    house.room.participants.set(people);
    const sinceMs = Date.now();
    house.room.state.set({ kind: 'reconnecting', attempt: 1 });
    vi.advanceTimersByTime(700);
    house.room.state.set({ kind: 'reconnecting', attempt: 2 });
    expect(house.seen.slice(-2)).toEqual([
      { kind: 'trouble', sinceMs, attempt: 1, setbacks: NO_SETBACKS },
      { kind: 'trouble', sinceMs, attempt: 2, setbacks: NO_SETBACKS },
    ]);
    house.room.stands();
    expect(house.now).toBe('connected');
    expect(house.rooms).toHaveLength(1);
    expect(house.call.participants.value).toBe(people);
  });

  it('knocks again and goes on in another room', async () => {
    const house = connected();
    const people = [{ identity: 'BO', isLocal: false, name: 'Bo', publications: [] }];
    house.room.participants.set(people);
    house.room.breaks('lost');
    await pass(0);
    expect(house.now).toBe('trouble');
    await pass(300);
    expect(house.room.ticket).toBe('ticket 1');
    expect(house.call.participants.value).toBe(people);
    house.room.stands();
    expect(house.now).toBe('connected');
    expect(house.call.participants.value).toEqual([]);
  });

  it('counts on from where the transport gave up', async () => {
    const house = connected();
    house.room.state.set({ kind: 'reconnecting', attempt: 4 });
    const trouble = house.call.connection.value;
    house.room.breaks('lost');
    await pass(0);
    expect(house.call.connection.value).toEqual({ ...trouble, attempt: 5 });
  });

  it('tries for ten minutes, never more than five seconds apart', async () => {
    const house = connected();
    house.fault = { kind: 'unreachable' };
    house.room.breaks('lost');
    await pass(0);
    await pass(30_000);
    const before = house.admissions;
    await pass(9 * MINUTE_MS);
    expect(house.now).toBe('trouble');
    expect(house.admissions - before).toBe((9 * MINUTE_MS) / 5_000);
    house.fault = undefined;
    await pass(5_000);
    house.room.stands();
    expect(house.now).toBe('connected');
  });

  it.each<[Departure, Partial<Setbacks>]>([
    ['lost', {}],
    ['dismissed', { serverSaid: 'leave' }],
  ])('that was %s gives up in the end, and says what the server had said', async (departure, said) => {
    const house = connected();
    house.fault = { kind: 'unreachable' };
    house.room.breaks(departure);
    await pass(KEPT_MS - 5_000);
    expect(house.now).toBe('trouble');
    await pass(10_000);
    expect(house.seen.at(-1)).toEqual({
      kind: 'ended',
      why: 'lost',
      setbacks: { ...NO_SETBACKS, ...said, deadAddresses: 1 },
    });
    const before = house.admissions;
    await pass(MINUTE_MS);
    expect(house.admissions).toBe(before);
  });

  it('comes back to a server that was stopped and started', async () => {
    const house = connected();
    house.fault = { kind: 'unreachable' };
    house.room.breaks('dismissed');
    await pass(60_000);
    expect(house.now).toBe('trouble');
    house.fault = undefined;
    await pass(5_000);
    house.room.stands();
    expect(house.now).toBe('connected');
  });

  it('does not hurry a room that breaks again and again', async () => {
    const house = connected();
    for (let round = 0; round < 6; round++) {
      house.room.breaks('lost');
      await pass(5_000);
      house.room.stands();
    }
    const opened = house.rooms.length;
    house.room.breaks('lost');
    await pass(4_900);
    expect(house.rooms).toHaveLength(opened);
    await pass(200);
    expect(house.rooms).toHaveLength(opened + 1);
  });

  it('hurries again when the last trouble is long over', async () => {
    const house = connected();
    for (let round = 0; round < 6; round++) {
      house.room.breaks('lost');
      await pass(5_000);
      house.room.stands();
    }
    await pass(MINUTE_MS);
    const opened = house.rooms.length;
    house.room.breaks('lost');
    await pass(300);
    expect(house.rooms).toHaveLength(opened + 1);
  });

  it.each(['not-admitted', 'host-mismatch'] as const)(
    'counts how often it is refused (%s), and comes back when the door opens again',
    async (kind) => {
      const house = connected();
      house.fault = { kind };
      house.room.breaks('lost');
      await pass(300);
      expect(setbacks(house)).toEqual({ ...NO_SETBACKS, serverSaid: 'refusal', failedReturns: 1 });
      await pass(5_000);
      expect(setbacks(house).failedReturns).toBeGreaterThanOrEqual(2);
      house.fault = undefined;
      await pass(15_000);
      house.room.stands();
      house.room.breaks('lost');
      await pass(0);
      expect(setbacks(house)).toEqual(NO_SETBACKS);
    },
  );

  it('asks who refuses it less and less often, and a server that is away every five seconds', async () => {
    const house = connected();
    house.fault = { kind: 'not-admitted' };
    house.room.breaks('lost');
    await pass(MINUTE_MS);
    const before = house.admissions;
    await pass(5 * MINUTE_MS);
    expect(house.admissions - before).toBe((5 * MINUTE_MS) / 15_000);
  });

  it('does not hold it against a server that nobody can reach it, or that it is full', async () => {
    const house = connected();
    house.room.breaks('lost');
    for (const fault of [{ kind: 'unreachable' }, { kind: 'too-many', retryAfterS: 1 }] as const) {
      house.fault = fault;
      await pass(20_000);
      const deadAddresses = fault.kind === 'unreachable' ? 1 : 0;
      expect(setbacks(house)).toEqual({ ...NO_SETBACKS, deadAddresses });
    }
  });

  it('has not come back when it got a ticket and its connection did not stand', async () => {
    const house = connected();
    house.room.breaks('lost');
    await pass(300);
    house.room.breaks('lost');
    await pass(0);
    expect(setbacks(house)).toEqual({ ...NO_SETBACKS, failedReturns: 1 });
  });

  it('waits as long as a full house asks for', async () => {
    const house = connected();
    house.fault = { kind: 'too-many', retryAfterS: 20 };
    house.room.breaks('lost');
    await pass(300);
    expect(house.admissions).toBe(1);
    await pass(19_000);
    expect(house.admissions).toBe(1);
    await pass(1_100);
    expect(house.admissions).toBe(2);
  });

  it('is over when it goes on elsewhere', async () => {
    const house = connected();
    house.room.breaks('replaced');
    await pass(MINUTE_MS);
    expect(house.now).toBe('replaced');
    expect(house.admissions).toBe(0);
  });

  it('keeps trying when it breaks before it stood', async () => {
    const house = new House();
    house.room.breaks('lost');
    await pass(300);
    house.room.stands();
    expect(house.now).toBe('connected');
  });
});

describe('trying now', () => {
  it('does not wait for the next turn', async () => {
    const house = connected();
    house.fault = { kind: 'unreachable' };
    house.room.breaks('lost');
    await pass(20_000);
    const before = house.admissions;
    house.fault = undefined;
    house.call.retryNow();
    await pass(0);
    expect(house.admissions).toBe(before + 1);
    house.room.stands();
    expect(house.now).toBe('connected');
  });

  it('gives up on a transport that hangs', async () => {
    const house = connected();
    house.room.state.set({ kind: 'reconnecting', attempt: 1 });
    house.call.retryNow();
    await pass(0);
    expect(house.rooms[0]?.closes).toBe(1);
    expect(house.room.ticket).toBe('ticket 1');
  });

  it('leaves a call alone that works', async () => {
    const house = connected();
    house.call.retryNow();
    await pass(1_000);
    expect(house.rooms).toHaveLength(1);
    expect(house.room.closes).toBe(0);
  });
});

describe('leaving', () => {
  it('tells the server and ends the call', async () => {
    const house = connected();
    await house.call.leave();
    expect(house.now).toBe('left');
    expect(house.room.closes).toBe(1);
    await pass(MINUTE_MS);
    expect(house.rooms).toHaveLength(1);
    expect(house.admissions).toBe(0);
  });

  it('does not wait for a server that is silent', async () => {
    const house = connected();
    house.room.closing = new Promise(() => undefined);
    let hasLeft = false;
    void house.call.leave().then(() => (hasLeft = true));
    await pass(999);
    expect([house.now, hasLeft]).toEqual(['left', false]);
    await pass(1);
    expect(hasLeft).toBe(true);
  });

  it('works while there is no connection', async () => {
    const house = connected();
    house.fault = { kind: 'unreachable' };
    house.room.breaks('lost');
    await pass(1_000);
    await house.call.leave();
    const before = house.admissions;
    await pass(MINUTE_MS);
    expect([house.now, house.admissions]).toEqual(['left', before]);
  });

  it('is final', async () => {
    const house = connected();
    await house.call.leave();
    await house.call.setTrack('camera', track('camera'));
    await house.call.setMuted('camera', true);
    house.call.retryNow();
    house.call.setShownSize('TR_1', undefined);
    await house.call.leave();
    expect(house.room.published).toEqual([]);
    expect(house.room.sizes).toEqual([]);
    expect(house.seen.at(-1)).toEqual({ kind: 'ended', why: 'left', setbacks: NO_SETBACKS });
  });
});

function setbacks({ call }: House): Setbacks {
  const now: Connection = call.connection.value;
  if (now.kind !== 'trouble') throw new Error(`the call is ${now.kind}`);
  return now.setbacks;
}
