import { describe, expect, it, vi } from 'vitest';

import { safetyCodeOf } from '../e2ee/group/safety_code';
import { HandClock } from '../observable/hand_clock';
import { GroupModel, type Standing } from './group';
import { GroupInMemory } from './group_in_memory';

function setUp() {
  const [group, clock, faults] = [new GroupInMemory(), new HandClock(), [] as unknown[]];
  const names = new Map([
    ['me', 'Me'],
    ['ana', 'Ana'],
  ]);
  const model = new GroupModel({
    open: group.open,
    clock,
    nameOf: (identity) => names.get(identity),
    onFault: (error) => faults.push(error),
  });
  model.start();
  return { group, clock, faults, names, model };
}

/** Waits until these people are shown, with the code that is theirs. */
async function members(
  { group, model }: ReturnType<typeof setUp>,
  identities: readonly string[],
): Promise<Extract<Standing, { kind: 'member' }>> {
  group.setMembers(identities, 'me');
  const view = group.view.value;
  if (view === undefined) throw new Error('no members');
  const code = await safetyCodeOf(view);
  return vi.waitFor(() => {
    const standing = model.standing.value;
    if (standing.kind !== 'member') throw new Error(`not a member but ${standing.kind}`);
    expect(standing.code).toEqual(code);
    return standing;
  }, 10_000);
}

describe('the group’s keys on screen', () => {
  it('starts joining, and shows a code once this device is a member', async () => {
    const stage = setUp();
    expect(stage.group.log).toEqual(['start']);
    expect(stage.model.standing.value.kind).toBe('joining');
    const { code } = await members(stage, ['me', 'ana']);
    expect(code.groups).toHaveLength(8);
    expect(code.groups.every((digits) => /^\d{5}$/.test(digits))).toBe(true);
  });

  it('shows another code when somebody comes', async () => {
    const stage = setUp();
    const before = await members(stage, ['me', 'ana']);
    const after = await members(stage, ['me', 'ana', 'bo']);
    expect(after.code.groups).not.toEqual(before.code.groups);
  });

  it('says of whom it has heard that they hold the same keys', async () => {
    const stage = setUp();
    const { holders } = await members(stage, ['me', 'ana']);
    expect(holders.map(({ isHeard }) => isHeard)).toEqual([true, false]);
    stage.group.ready.set(new Set(['ana']));
    const now = stage.model.standing.value;
    expect(now.kind === 'member' && now.holders.map(({ isHeard }) => isHeard)).toEqual([true, true]);
  });

  it('tells whether the same people are there as when people compared', async () => {
    const stage = setUp();
    expect((await members(stage, ['me', 'ana'])).since).toBeUndefined();
    stage.model.markCompared();
    expect((await members(stage, ['me', 'ana'])).since).toEqual({
      isSame: true,
      came: [],
      went: [],
    });
    expect((await members(stage, ['me', 'bo'])).since).toEqual({
      isSame: false,
      came: ['bo'],
      went: ['ana'],
    });
  });

  it('knows an Ana with other keys from the Ana with whom was compared', async () => {
    const stage = setUp();
    await members(stage, ['me', 'ana']);
    stage.model.markCompared();
    expect(stage.model.known.acquaintance('ana', 'Ana')).toBe('compared');
    expect(stage.model.known.acquaintance('ana with a new device', 'Ana')).toBe('new-key');
  });

  it('counts what the rules forbade, and hands on faults of its own', () => {
    const stage = setUp();
    stage.group.note({ kind: 'refused-commit', why: 'x' });
    stage.group.note({ kind: 'bad-group-info', why: 'x' });
    stage.group.note({ kind: 'joining-anew', why: 'gap' });
    stage.group.note({ kind: 'fault', error: 'broken' });
    expect(stage.model.refusals.value).toBe(2);
    expect(stage.faults).toEqual(['broken']);
  });

  it('goes on saying who was in another group, until somebody has read it', () => {
    const { group, model } = setUp();
    expect(model.parted.value).toBeUndefined();
    group.health.set({ kind: 'diverged', identities: ['ana'] });
    group.health.set({ kind: 'diverged', identities: ['bo'] });
    group.health.set({ kind: 'well' });
    expect(model.parted.value).toEqual(['ana', 'bo']);
    model.dismissParted();
    expect(model.parted.value).toBeUndefined();
    group.note({ kind: 'joining-anew', why: 'gap' });
    expect(model.parted.value).toBeUndefined();
    // It went to where the others are, whoever they were.
    group.note({ kind: 'joining-anew', why: 'apart' });
    expect(model.parted.value).toEqual([]);
  });

  it('is asked to go in once only', () => {
    const { group, model } = setUp();
    model.start();
    expect(group.log).toEqual(['start']);
  });

  it('says when this device was put out, and when it lost its place', async () => {
    const stage = setUp();
    await members(stage, ['me', 'ana']);
    stage.group.state.set({ kind: 'removed' });
    expect(stage.model.standing.value).toEqual({ kind: 'out', why: 'removed' });
    stage.group.state.set({ kind: 'ended', why: 'over' });
    expect(stage.model.standing.value).toEqual({ kind: 'out', why: 'over' });
  });

  it('joins anew without pretending to be a member', async () => {
    const stage = setUp();
    await members(stage, ['me', 'ana']);
    stage.group.state.set({ kind: 'joining' });
    expect(stage.model.standing.value.kind).toBe('joining');
  });
});

describe('a group that only the host may make anew', () => {
  it('says that the host is waited for, until this device is a member', async () => {
    const stage = setUp();
    stage.group.note({ kind: 'waits-for-host' });
    expect(stage.model.standing.value).toMatchObject({ kind: 'joining', waitsForHost: true });
    await members(stage, ['me', 'ana']);
    stage.group.state.set({ kind: 'joining' });
    expect(stage.model.standing.value).toMatchObject({ kind: 'joining', waitsForHost: false });
  });
});

describe('leaving', () => {
  it('says goodbye, then forgets everything', async () => {
    const stage = setUp();
    await members(stage, ['me', 'ana']);
    await stage.model.close();
    expect(stage.group.log).toEqual(['start', 'leave me', 'close']);
  });

  it('forgets everything even when the goodbye gets no answer', async () => {
    const stage = setUp();
    stage.group.isStuck = true;
    await members(stage, ['me', 'ana']);
    const closed = stage.model.close();
    stage.clock.pass(1_000);
    await closed;
    expect(stage.group.log).toEqual(['start', 'leave me', 'close']);
  });

  it('forgets everything before this device was a member', async () => {
    const stage = setUp();
    await stage.model.close();
    expect(stage.group.log).toEqual(['start', 'close']);
  });
});
