import { describe, expect, it } from 'vitest';

import { HandClock } from '../../observable/hand_clock';
import { SILENCE_MS, WorkerHealth } from './worker_health';

function setUp() {
  const clock = new HandClock();
  const faults: string[] = [];
  const listeners: ((event: { readonly message?: string }) => void)[] = [];
  const worker = {
    addEventListener: (_: 'error', listener: (event: { readonly message?: string }) => void) => {
      listeners.push(listener);
    },
  };
  const health = new WorkerHealth(worker, clock, ({ message }) => faults.push(message));
  const fail = (event: { readonly message?: string }): void => {
    for (const listener of listeners) listener(event);
  };
  /** Asks the worker something; what is returned answers. */
  const ask = () => {
    let answer: (value: number) => void = () => undefined;
    const answered = health.watch(new Promise<number>((resolve) => (answer = resolve)));
    return (value: number): Promise<number> => {
      answer(value);
      return answered;
    };
  };
  return { ask, clock, fail, faults, health };
}

const never = new Promise<void>(() => undefined);

describe('a worker of sound and pictures', () => {
  it('is broken when it does not load, and nobody waits for it', async () => {
    const { fail, faults, health } = setUp();
    const waiting = health.unlessBroken(never);
    expect(health.isBroken.value).toBe(false);
    fail({});
    expect(health.isBroken.value).toBe(true);
    expect(faults).toEqual(['The worker of sound and pictures: it does not load']);
    await waiting;
    await health.unlessBroken(never);
  });

  it('is not broken by a fault as long as it answers', async () => {
    const { ask, fail, faults, health } = setUp();
    expect(await ask()(7)).toBe(7);
    fail({ message: 'something' });
    expect(faults).toEqual(['The worker of sound and pictures: something']);
    await ask()(8);
    expect(health.isBroken.value).toBe(false);
  });

  it('is broken when it does not answer, until it does', async () => {
    const { ask, clock, health } = setUp();
    const answer = ask();
    clock.pass(SILENCE_MS - 1);
    expect(health.isBroken.value).toBe(false);
    clock.pass(1);
    expect(health.isBroken.value).toBe(true);
    await answer(1);
    expect(health.isBroken.value).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('that was ended is not watched', () => {
    const { ask, clock, health } = setUp();
    ask();
    health.close();
    expect(clock.waiting).toBe(0);
  });
});
