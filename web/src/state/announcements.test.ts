import { describe, expect, it } from 'vitest';

import { Announcer, BUNDLE_MS, ComingsAndGoings, RETURN_MS, type Announcement } from './announcements';
import { HandClock } from '../observable/hand_clock';
import type { Person } from './people';

function person(identity: string, name: string | undefined = identity): Person {
  const isLocal = identity === 'me';
  return { identity, isLocal, isHost: false, presence: 'here', name, isMicrophoneOn: false, camera: undefined };
}

function setUp() {
  const clock = new HandClock();
  const announcer = new Announcer();
  const heard: Announcement[] = [];
  announcer.said.subscribe((said) => {
    if (said !== undefined) {
      heard.push(said.what);
    }
  });
  const model = new ComingsAndGoings(announcer, clock);
  const are = (...who: string[]): void => {
    model.update(['me', ...who].map((one) => person(one)), true);
  };
  return { clock, announcer, heard, model, are };
}

describe('comings and goings', () => {
  it('are not told of those who were there before', () => {
    const { are, clock, heard } = setUp();
    are('ana', 'li');
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([]);
  });

  // Who came within a second and a half after oneself passed for somebody who had been there.
  it('are told of somebody who comes right after oneself', () => {
    const { are, clock, heard } = setUp();
    are('li');
    clock.pass(BUNDLE_MS / 2);
    are('li', 'ana');
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([{ kind: 'joined', names: ['ana'] }]);
  });

  it('are told one by one in a quiet room', () => {
    const { are, clock, heard } = setUp();
    are();
    clock.pass(BUNDLE_MS);
    are('ana');
    clock.pass(BUNDLE_MS);
    are();
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([
      { kind: 'joined', names: ['ana'] },
      { kind: 'left', names: ['ana'] },
    ]);
  });

  it('of 25 people at once are one sentence, not 25', () => {
    const { are, clock, heard } = setUp();
    are();
    clock.pass(BUNDLE_MS);
    const who = Array.from({ length: 25 }, (_, at) => `person ${String(at)}`);
    who.forEach((_, at) => {
      are(...who.slice(0, at + 1));
      clock.pass(20);
    });
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([{ kind: 'joined', names: who }]);
  });

  it('of somebody who is back at once are nothing', () => {
    const { are, clock, heard } = setUp();
    are('ana');
    clock.pass(BUNDLE_MS);
    are();
    clock.pass(BUNDLE_MS - 100);
    are('ana');
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([]);
  });

  it('wait while the connection is in trouble, and are told afterwards', () => {
    const { are, clock, heard, model } = setUp();
    are('ana', 'li');
    clock.pass(BUNDLE_MS);
    model.update([person('me')], false);
    clock.pass(60_000);
    expect(heard).toEqual([]);
    are();
    are('ana');
    clock.pass(RETURN_MS);
    expect(heard).toEqual([{ kind: 'left', names: ['li'] }]);
  });

  // A server that died was back, and each of ten people heard that nine had left and come: everybody
  // returns at their own time. Anybody who stops the server could cause it.
  it('are nothing when everybody returns after trouble, each at their own time', () => {
    const { model, are, clock, heard } = setUp();
    are('ana', 'li');
    clock.pass(BUNDLE_MS);
    model.update([person('me'), person('ana'), person('li')], false);
    clock.pass(20_000);
    are();
    clock.pass(BUNDLE_MS);
    are('li');
    clock.pass(3_500);
    are('li', 'ana');
    clock.pass(RETURN_MS);
    expect(heard).toEqual([]);
  });

  it('are told soon again once everybody is back', () => {
    const { model, are, clock, heard } = setUp();
    are('ana');
    clock.pass(BUNDLE_MS);
    model.update([person('me'), person('ana')], false);
    are('ana');
    clock.pass(RETURN_MS);
    are();
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([{ kind: 'left', names: ['ana'] }]);
  });

  it('use the name that became known in the meantime', () => {
    const { clock, heard, model, are } = setUp();
    are();
    clock.pass(BUNDLE_MS);
    model.update([person('me'), { ...person('x'), name: undefined }], true);
    clock.pass(500);
    model.update([person('me'), person('x', 'Ana')], true);
    clock.pass(BUNDLE_MS);
    model.update([person('me'), person('x', 'Ana P.')], true);
    are();
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([
      { kind: 'joined', names: ['Ana'] },
      { kind: 'left', names: ['Ana P.'] },
    ]);
  });

  it('leave no clock running when the page closes', () => {
    const { are, clock, model } = setUp();
    are('ana');
    model.close();
    expect(clock.waiting).toBe(0);
  });
});

describe('the announcer', () => {
  it('can say the same thing twice', () => {
    const { announcer } = setUp();
    announcer.say({ kind: 'microphone', isOn: true });
    const first = announcer.said.value;
    announcer.say({ kind: 'microphone', isOn: true });
    expect(announcer.said.value?.number).not.toBe(first?.number);
  });
});
