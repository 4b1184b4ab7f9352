import { describe, expect, it, vi } from 'vitest';

import { encodeBase64url, randomBytes } from '../../protocol/bytes';
import type { SigningKey } from '../../protocol/signing';
import { makeLeafKey } from '../leaf_key';
import { NO_ACTS, signGrant } from './commit_data';
import { DeliveryInMemory, type MemoryChannel } from './delivery_in_memory';
import { FIRST_STATE, followChain, followReopening, makeAct, makeReopening, type Act, type ActContext } from './host_acts';
import { TestMeeting } from './members_in_memory';
import { TestRoom, type Attendee } from './session_in_memory';
import type { SessionParts } from './session_parts';
import { Verifier } from './verification';

// A minute of a meeting is many steps, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** What a host's device is given beside the others'. */
function hostParts({ meeting }: TestRoom): Pick<SessionParts, 'hostSigner' | 'reopen'> {
  const { secrets, host } = meeting;
  return { hostSigner: host, reopen: (previous) => makeReopening(secrets, previous, host) };
}

async function act(room: TestRoom, by: Attendee, what: Act): Promise<void> {
  const { secrets, host } = room.meeting;
  const { head, count } = by.session.view.value?.acts ?? { head: NO_ACTS, count: 0 };
  const make = async (): Promise<{ sealed: Uint8Array<ArrayBuffer>; isRemoval: boolean }> => ({
    sealed: await makeAct(secrets, { ...FIRST_STATE, head, count }, what, host),
    isRemoval: what.kind === 'removal',
  });
  const done = by.session.act(make);
  await room.pass(500);
  expect(await done).toBe('taken');
}

/** Two people and a host, who has acted; then nobody is there for ten minutes. */
async function idledAway(what: Act): Promise<{ room: TestRoom; host: Attendee }> {
  const room = await TestRoom.of(2);
  const host = await room.come(hostParts(room));
  await room.pass(1_000);
  await act(room, host, what);
  await room.pass(1_000);
  room.server.idleAway();
  return { room, host };
}

async function goAway(room: TestRoom, ...gone: readonly Attendee[]): Promise<void> {
  for (const attendee of gone) {
    room.attendees.splice(room.attendees.indexOf(attendee), 1);
    await attendee.session.close();
  }
}

async function granted(room: TestRoom): Promise<Attendee> {
  const leafKey = await makeLeafKey();
  const { secrets, host } = room.meeting;
  const grant = { leafKey: leafKey.publicKey, role: 0, untilEpoch: 99 };
  return room.come({ grant: await signGrant(secrets.groupId, grant, host) }, leafKey);
}

function noticesOf({ notices }: Attendee): string[] {
  return notices.map(({ kind }) => kind);
}

function actsOf({ session }: Attendee): unknown {
  return session.view.value?.acts;
}

describe('a meeting in which nobody was for a while', () => {
  it('goes on without its host, when its acts kept nobody out', async () => {
    const { room, host } = await idledAway({ kind: 'delegation', leafKey: randomBytes(32), isOn: true });
    await goAway(room, host);
    await room.come();
    await room.pass(5_000);
    expect(await room.groups()).toBe(1);
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
    expect(actsOf(room.person(0))).toMatchObject({ count: 0, isComplete: true });
    // And the host, who comes last, acts from the start.
    const again = await room.come(hostParts(room));
    await room.pass(1_000);
    await act(room, again, { kind: 'lock', isOn: true });
    expect(room.attendees.map(actsOf)).toEqual(Array(4).fill(actsOf(again)));
    expect(actsOf(again)).toMatchObject({ count: 1, isLocked: true, isComplete: true });
  });

  it('waits for its host after somebody was put out, and everybody is told so', async () => {
    const { room, host } = await idledAway({ kind: 'removal', leafKeys: [randomBytes(32)] });
    const before = actsOf(host);
    await goAway(room, host);
    const stranger = await room.come();
    await room.pass(30_000);
    for (const waiting of room.attendees) {
      expect(waiting.session.state.value.kind).toBe('joining');
      expect(noticesOf(waiting).filter((kind) => kind === 'waits-for-host')).toHaveLength(1);
    }
    expect(room.server.group).toBeUndefined();
    await goAway(room, ...room.attendees.slice());
    expect(stranger.session.state.value).toEqual({ kind: 'ended', why: 'closed' });

    // The host comes with a device that knows nothing: joining has to be asked for.
    const fresh = await room.come(hostParts(room));
    await room.pass(3_000);
    expect(fresh.session.state.value.kind).toBe('member');
    const friend = await granted(room);
    await room.pass(5_000);
    expect(friend.session.state.value.kind).toBe('member');
    expect(await room.groups()).toBe(1);
    expect(actsOf(friend)).toMatchObject({ count: 1, hasToAsk: true, isComplete: true });
    expect(actsOf(friend)).not.toEqual(before);
  });

  it('goes on with its acts, when the host comes back who knows them', async () => {
    const { room, host } = await idledAway({ kind: 'removal', leafKeys: [randomBytes(32)] });
    await goAway(room, ...room.attendees.filter((one) => one !== host));
    const before = host.session.view.value?.acts.head;
    await room.pass(5_000);
    expect(host.session.state.value.kind).toBe('member');
    expect(actsOf(host)).toMatchObject({ head: before, count: 1, hasToAsk: true, isComplete: true });
    const friend = await granted(room);
    await room.pass(5_000);
    expect(actsOf(friend)).toEqual(actsOf(host));
  });

  it('lets who knows the old acts follow the host who begins anew', async () => {
    const { room, host } = await idledAway({ kind: 'lock', isOn: true });
    await goAway(room, host, room.person(1));
    const fresh = await room.come(hostParts(room));
    await room.pass(1_000);
    await act(room, fresh, { kind: 'ask-to-join', isOn: false });
    // Whoever asked before the host let everybody in finds out by being alone.
    await room.pass(40_000);
    expect(await room.groups()).toBe(1);
    expect(room.attendees.map(actsOf)).toEqual(Array(2).fill(actsOf(fresh)));
    expect(actsOf(fresh)).toMatchObject({ count: 2, hasToAsk: false, isLocked: false });
  });

  it('is not begun without acts by a device that has seen some that bind, whatever the server says', async () => {
    const { room, host } = await idledAway({ kind: 'lock', isOn: true });
    await goAway(room, host);
    room.server.actHead = encodeBase64url(NO_ACTS);
    await room.pass(10_000);
    expect(room.server.group).toBeUndefined();
    expect(noticesOf(room.person(0))).toContain('waits-for-host');
    // Nor does it join a group of somebody's who has seen none.
    const stranger = await room.come();
    await room.pass(5_000);
    expect(stranger.session.view.value?.roster).toHaveLength(1);
    expect(noticesOf(room.person(0))).toContain('bad-group-info');
  });
});

describe('a reopening', () => {
  async function chain(): Promise<{ context: ActContext; act: (state: typeof FIRST_STATE, what: Act, by?: SigningKey) => Promise<Uint8Array<ArrayBuffer>>; reopen: (previous: Uint8Array<ArrayBuffer>, by?: SigningKey) => Promise<Uint8Array<ArrayBuffer>> }> {
    const { secrets, host } = await TestMeeting.make();
    const context = { secrets, hostKey: host.publicKey, verifier: new Verifier() };
    return {
      context,
      act: (state, what, by = host) => makeAct(secrets, state, what, by),
      reopen: (previous, by = host) => makeReopening(secrets, previous, by),
    };
  }

  it('begins a chain after any head, and stands nowhere else in it', async () => {
    const { context, act: make, reopen } = await chain();
    const previous = randomBytes(32);
    const first = await reopen(previous);
    const begun = await followReopening(context, first);
    if (begun === undefined) throw new Error('no reopening');
    expect(begun.previous).toEqual(previous);
    expect(begun.state).toMatchObject({ count: 1, hasToAsk: true });
    const second = await make(begun.state, { kind: 'ask-to-join', isOn: false });
    expect(await followChain(context, [first, second])).toMatchObject({ count: 2, hasToAsk: false });
    const again = await make(begun.state, { kind: 'reopening' });
    expect(await followChain(context, [first, again])).toBeUndefined();
    expect(await followChain(context, [again])).toBeUndefined();
    expect(await followChain(context, [second])).toBeUndefined();
  });

  it('is the host key’s to make, not a co-host’s', async () => {
    const { context, reopen } = await chain();
    const made = await reopen(randomBytes(32), await makeLeafKey());
    expect(await followReopening(context, made)).toBeUndefined();
  });
});

class PickyServer extends DeliveryInMemory {
  refuses: string | undefined;

  override receive(channel: MemoryChannel, fields: Record<string, unknown>): void {
    if (fields['frame'] === 'message' && this.refuses !== undefined) {
      channel.tell({ frame: 'refused', ref: fields['ref'], why: this.refuses, group: this.stand(), act_head: this.actHead });
      return;
    }
    super.receive(channel, fields);
  }
}

describe('a message that is not taken', () => {
  async function picky(): Promise<{ room: TestRoom; server: PickyServer }> {
    let made: PickyServer | undefined;
    const room = await TestRoom.of(2, (clock) => (made = new PickyServer(clock)));
    if (made === undefined) throw new Error('no server');
    return { room, server: made };
  }

  it.each(['too_large', 'malformed'])('is not dropped without a word (%s)', async (why) => {
    const { room, server } = await picky();
    server.refuses = why;
    room.say(0, 'lost?');
    await room.pass(1_000);
    expect(room.person(0).notices).toContainEqual({ kind: 'unsent-message', type: 'chat', why });
  });

  it('because there is no group any more is said in the next one', async () => {
    const { room, server } = await picky();
    server.refuses = 'no_group';
    room.say(0, 'still here');
    await room.pass(100);
    expect(room.person(0).notices).toContainEqual({ kind: 'joining-anew', why: 'no-group' });
    server.refuses = undefined;
    await room.pass(15_000);
    expect(room.chatOf(1)).toEqual(['still here']);
    expect(await room.groups()).toBe(1);
  });
});

describe('six commits at once that nobody takes', () => {
  it('leave the others in their group, and new people get in', async () => {
    const room = await TestRoom.of(3);
    const { server } = room;
    for (let count = 0; count < 6; count += 1) {
      server.append('commit', encodeBase64url(randomBytes(200)));
      if (server.group !== undefined) server.group.epoch += 1;
    }
    await room.pass(15_000);
    await room.come();
    await room.pass(5_000);
    expect(await room.groups()).toBe(1);
    expect(room.person(0).session.view.value?.roster).toHaveLength(4);
    for (const one of room.attendees) expect(noticesOf(one)).not.toContain('joining-anew');
  });
});
