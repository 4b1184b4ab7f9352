import { describe, expect, it } from 'vitest';

import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import { GroupInMemory } from './group_in_memory';
import { MembersModel, UNHEARD_MS } from './members';

function setUp() {
  const clock = new HandClock();
  const group = new GroupInMemory();
  const sealing = new Subject<number | undefined>(undefined);
  const { view, ready, leaving } = group;
  const wallNow = (): number => clock.now() - 999_000;
  const model = new MembersModel({ clock, view, ready, leaving, sealing, wallNow });
  const seen = (): string =>
    model.members.value
      .map(({ identity, state }) => (state === 'here' ? identity : `${identity} ${state}`))
      .join(', ');
  const move = (...others: readonly string[]): void => {
    group.setMembers(['me', ...others], 'me');
    ready.set(new Set());
  };
  return { clock, group, model, move, ready, sealing, seen };
}

describe('somebody in the meeting', () => {
  it('is grey until they have signed to hold the keys', () => {
    const { move, ready, seen } = setUp();
    expect(seen()).toBe('');
    move('ana', 'ben');
    expect(seen()).toBe('me, ana unheard, ben unheard');
    ready.set(new Set(['ben']));
    expect(seen()).toBe('me, ana unheard, ben');
  });

  it('does not turn grey while new keys are signed for, but when that takes too long', () => {
    const { clock, move, ready, seen } = setUp();
    move('ana', 'ben');
    ready.set(new Set(['ana', 'ben']));
    move('ana', 'ben', 'li');
    expect(seen()).toBe('me, ana, ben, li unheard');
    ready.set(new Set(['ana', 'li']));
    clock.pass(UNHEARD_MS);
    expect(seen()).toBe('me, ana, ben unheard, li');
  });

  it('is shown as leaving until what is sent here is sealed without them', () => {
    const { group, move, model, sealing, seen } = setUp();
    move('ana', 'ben');
    group.ready.set(new Set(['ana', 'ben']));
    sealing.set(1);
    group.leaving.set(new Set(['ana']));
    expect(seen()).toBe('me, ana leaving, ben');
    group.leaving.set(new Set());
    move('ben');
    expect(seen()).toBe('me, ana leaving, ben');
    expect(model.passages.value).toEqual([]);
    sealing.set(2);
    expect(seen()).toBe('me, ben');
    expect(model.passages.value.map(({ kind, identity }) => `${kind} ${identity}`)).toEqual(['went ana']);
  });

  it('is nobody of before to whoever comes back', () => {
    const { group, move, sealing, seen } = setUp();
    move('ana');
    group.ready.set(new Set(['ana']));
    sealing.set(1);
    move();
    move('ana');
    expect(seen()).toBe('me, ana unheard');
    sealing.set(3);
    expect(seen()).toBe('me, ana unheard');
  });

  it('stays on the list while this device is out of the group for a moment', () => {
    const { group, move, seen } = setUp();
    move('ana');
    group.ready.set(new Set(['ana']));
    group.view.set(undefined);
    expect(seen()).toBe('me, ana');
  });
});

describe('who came and went', () => {
  it('is noted with the time, save for those who were there first', () => {
    const { clock, model, move } = setUp();
    move('ana');
    clock.pass(5_000);
    move('ana', 'ben');
    clock.pass(5_000);
    move('ben');
    expect(model.passages.value).toEqual([
      { kind: 'came', identity: 'ben', atMs: 6_000 },
      { kind: 'went', identity: 'ana', atMs: 11_000 },
    ]);
    model.close();
    expect(clock.waiting).toBe(0);
  });
});
