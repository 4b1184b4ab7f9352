import { describe, expect, it } from 'vitest';

import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import type { Connection, Setbacks } from '../session/call';
import { KEPT_MS, NO_SETBACKS } from '../session/patience';
import { EndingWatch, INTERRUPTED_AFTER_MS, type Witnessed } from './ending';

function setUp() {
  const clock = new HandClock();
  const connection = new Subject<Connection>({ kind: 'connected' });
  let witnessed: Witnessed = { attestations: 0, othersLost: 0 };
  let hasExpired = false;
  const expire = (): void => {
    hasExpired = true;
  };
  const watch = new EndingWatch({
    ...{ connection, clock, witnessed: () => witnessed },
    hasExpired: () => hasExpired,
    wallNow: () => clock.now() + 5_000_000,
  });
  const sign = (what: Partial<Witnessed>): void => {
    witnessed = { ...witnessed, ...what };
    watch.refresh();
  };
  let sinceMs: number | undefined;
  const trouble = (setbacks: Partial<Setbacks> = {}): void => {
    sinceMs ??= clock.now();
    connection.set({ kind: 'trouble', sinceMs, attempt: 1, setbacks: { ...NO_SETBACKS, ...setbacks } });
  };
  const name = (): string | undefined =>
    (watch.ended.value ?? watch.interruption.value)?.name;
  return { clock, connection, expire, name, sign, trouble, watch };
}

const SHUT_OUT = { serverSaid: 'refusal', failedReturns: 2 } as const;

describe('a call whose connection is gone', () => {
  it('is a lost connection after half a minute, and nothing before', () => {
    const { clock, name, trouble } = setUp();
    trouble();
    clock.pass(INTERRUPTED_AFTER_MS - 1);
    expect(name()).toBeUndefined();
    clock.pass(1);
    expect(name()).toBe('connection-lost');
  });

  it('is told as it becomes known, by attempts and by what others sign', () => {
    const { clock, name, sign, trouble } = setUp();
    trouble();
    clock.pass(INTERRUPTED_AFTER_MS);
    trouble({ deadAddresses: 1 });
    expect(name()).toBe('connection-lost');
    sign({ othersLost: 1 });
    expect(name()).toBe('server-unreachable');
    sign({ othersLost: 0, attestations: 2 });
    expect(name()).toBe('connection-lost');
    trouble({ failedReturns: 2 });
    expect(name()).toBe('cut-by-server');
  });

  it('keeps its keys for ten minutes from when the connection was lost', () => {
    const { clock, trouble, watch } = setUp();
    clock.pass(42_000);
    const lostAtWallMs = clock.now() + 5_000_000;
    trouble();
    clock.pass(INTERRUPTED_AFTER_MS);
    trouble({ deadAddresses: 1 });
    const { keptUntilWallMs, lastedMs } = watch.interruption.value ?? {};
    expect([keptUntilWallMs, lastedMs]).toEqual([lostAtWallMs + KEPT_MS, 42_000]);
  });

  it('goes on when the connection is back, with nothing held against anybody', () => {
    const { connection, trouble, watch } = setUp();
    trouble(SHUT_OUT);
    expect(watch.interruption.value?.name).toBe('cut-by-server');
    connection.set({ kind: 'connected' });
    expect(watch.interruption.value).toBeUndefined();
    expect(watch.ended.value).toBeUndefined();
  });

  it('has ended when the keys are gone, and is called what it was called before', () => {
    const { connection, name, trouble } = setUp();
    trouble(SHUT_OUT);
    connection.set({ kind: 'ended', why: 'lost', setbacks: { ...NO_SETBACKS, ...SHUT_OUT } });
    expect(name()).toBe('cut-by-server');
  });

  it('is not left by who waits no longer', () => {
    const { name, trouble, watch } = setUp();
    trouble(SHUT_OUT);
    watch.leave();
    expect(name()).toBe('cut-by-server');
  });
});

describe('a server that refuses', () => {
  it('has cut a call at its second refusal, not at the first', () => {
    const { name, trouble } = setUp();
    trouble({ serverSaid: 'refusal', failedReturns: 1 });
    expect(name()).toBeUndefined();
    trouble(SHUT_OUT);
    expect(name()).toBe('cut-by-server');
  });
});

describe('a meeting whose time is over', () => {
  it('has expired, and nobody has cut it', () => {
    const { expire, name, trouble } = setUp();
    expire();
    trouble(SHUT_OUT);
    expect(name()).toBe('expired');
  });
});

describe('a node that signs that it stops', () => {
  it('has lost a connection, and cut nobody', () => {
    const { clock, name, trouble, watch } = setUp();
    watch.drained();
    clock.pass(5_000);
    trouble({ serverSaid: 'leave' });
    clock.pass(INTERRUPTED_AFTER_MS);
    expect(name()).toBe('connection-lost');
  });

  it('explains a stop that comes at once, not one that comes minutes later', () => {
    const { clock, name, trouble, watch } = setUp();
    watch.drained();
    clock.pass(61_000);
    trouble({ serverSaid: 'leave' });
    clock.pass(INTERRUPTED_AFTER_MS);
    expect(name()).toBe('cut-by-server');
  });

  it('explains one stop, and not the next one', () => {
    const { clock, connection, name, trouble, watch } = setUp();
    watch.drained();
    trouble();
    connection.set({ kind: 'connected' });
    trouble({ serverSaid: 'leave' });
    clock.pass(INTERRUPTED_AFTER_MS);
    expect(name()).toBe('cut-by-server');
  });
});

describe('the end of a call', () => {
  it.each(['left', 'replaced', 'breached'] as const)('by this device is called that: %s', (why) => {
    const { connection, name } = setUp();
    connection.set({ kind: 'ended', why, setbacks: NO_SETBACKS });
    expect(name()).toBe(why);
  });

  it('by an act of the host is called a removal, whatever the server says then', () => {
    const { connection, name, trouble, watch } = setUp();
    watch.removed();
    trouble(SHUT_OUT);
    connection.set({ kind: 'ended', why: 'left', setbacks: NO_SETBACKS });
    expect(name()).toBe('removed-by-host');
  });
});
