import { describe, expect, it, vi } from 'vitest';

import { encodeBase64url, randomBytes, type Bytes } from '../../protocol/bytes';
import type { Clock } from '../../observable/clock';
import { DeliveryInMemory, type MemoryChannel } from './delivery_in_memory';
import { FIRST_STATE, makeAct } from './host_acts';
import { TestRoom } from './session_in_memory';

// A minute of a meeting is many steps, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

// Fifty devices in one process are a thousand commits to judge: seconds each in their own.
const BURST = process.env['FOLKMOOT_TEST_FULL'] === '1' ? 50 : 16;

type Fields = Record<string, unknown>;
type Entry = Parameters<DeliveryInMemory['deliver']>[1];

/** A server that does as it likes with what it hands out. */
class MaliciousServer extends DeliveryInMemory {
  onDeliver: ((channel: MemoryChannel, entry: Entry) => readonly Entry[]) | undefined;
  onGroupInfo: ((channel: MemoryChannel, groupInfo: string) => string) | undefined;
  onReceive: ((channel: MemoryChannel, fields: Fields) => boolean) | undefined;

  override deliver(channel: MemoryChannel, entry: Entry): void {
    for (const one of this.onDeliver?.(channel, entry) ?? [entry]) {
      super.deliver(channel, one);
    }
  }

  override groupInfoFor(channel: MemoryChannel): string {
    const honest = super.groupInfoFor(channel);
    return this.onGroupInfo?.(channel, honest) ?? honest;
  }

  override receive(channel: MemoryChannel, fields: Fields): void {
    if (this.onReceive?.(channel, fields) !== true) {
      super.receive(channel, fields);
    }
  }
}

async function roomOf(count: number): Promise<{ room: TestRoom; server: MaliciousServer }> {
  let made: MaliciousServer | undefined;
  const room = await TestRoom.of(count, (clock: Clock) => (made = new MaliciousServer(clock)));
  if (made === undefined) throw new Error('no server');
  await room.pass(1_000);
  return { room, server: made };
}

function kindsOf(room: TestRoom): string[] {
  return room.attendees.map(({ session }) => session.health.value.kind);
}

/** How often each has joined anew because the others were elsewhere. */
function triesOf(room: TestRoom): number[] {
  return room.attendees.map(
    ({ notices }) => notices.filter((one) => one.kind === 'joining-anew' && one.why === 'apart').length,
  );
}

function noticesOf(room: TestRoom, at: number): string[] {
  return room.person(at).notices.map((notice) => notice.kind);
}

describe('a server that', () => {
  it('gives commits to half of the people only: both halves are warned for as long as it does (A7)', async () => {
    const { room, server } = await roomOf(4);
    const half = new Set([room.person(2).leafKey.identity, room.person(3).leafKey.identity]);
    server.onDeliver = (channel, entry) =>
      half.has(channel.identity) && entry.type === 'commit' ? [] : [entry];
    await room.person(0).session.refresh();
    await room.pass(60_000);
    expect(await room.groups()).toBeGreaterThan(1);
    expect(kindsOf(room)).toEqual(['diverged', 'diverged', 'stale-epoch', 'stale-epoch']);
    const health = room.person(0).session.health.value;
    const accused = health.kind === 'diverged' ? health.identities : [];
    expect(accused).not.toEqual([]);
    for (const identity of accused) expect(half).toContain(identity);
    // Joining anew has not helped, and is not tried for ever.
    await room.pass(120_000);
    expect(kindsOf(room)).toEqual(['diverged', 'diverged', 'stale-epoch', 'stale-epoch']);
    expect(triesOf(room).every((tries) => tries <= 3)).toBe(true);
  });

  it('tells one half another story for the same epoch: both see that the others differ (A7)', async () => {
    const { room, server } = await roomOf(4);
    const half = new Set([room.person(2).leafKey.identity, room.person(3).leafKey.identity]);
    const twin = await room.person(2).keys.prepareRefresh();
    const story = encodeBase64url(twin.message);
    server.onDeliver = (channel, entry) =>
      half.has(channel.identity) && entry.type === 'commit' ? [{ ...entry, message: story }] : [entry];
    await room.person(0).session.refresh();
    await room.pass(2_000);
    expect(kindsOf(room)).toEqual(Array(4).fill('diverged'));
    expect(room.person(0).session.health.value).toEqual({ kind: 'diverged', identities: [...half].sort() });
    server.onDeliver = undefined;
    await room.pass(30_000);
    expect(await room.groups()).toBe(1);
    expect(kindsOf(room)).toEqual(Array(4).fill('well'));
    // One half stays where it is, and the other goes there.
    expect(triesOf(room).filter((tries) => tries > 0)).toHaveLength(2);
  });

  it('holds everything back: people see the silence, then that they are cut off', async () => {
    const { room, server } = await roomOf(3);
    server.onDeliver = () => [];
    await room.pass(35_000);
    expect(kindsOf(room)).toEqual(Array(3).fill('silent'));
    await room.pass(70_000);
    expect(kindsOf(room)).toEqual(Array(3).fill('cut'));
  });

  it('repeats, reorders and renames entries: nothing is read twice, by another name, or half', async () => {
    const { room, server } = await roomOf(3);
    server.onDeliver = (_channel, entry) => [entry, entry, { ...entry, seq: entry.seq + 0.5 }, { ...entry, type: 'commit' }];
    room.say(0, 'once');
    await room.pass(2_000);
    server.onDeliver = (_channel, entry) => [entry, { ...entry, seq: entry.seq + 1 }];
    room.say(1, 'and once more');
    await room.pass(2_000);
    expect(room.chatOf(2)).toEqual(['once', 'and once more']);
    expect(await room.groups()).toBe(1);
  });

  it('hands out a GroupInfo that is old: the joiner is refused and joins when it is the right one (A8)', async () => {
    const { room, server } = await roomOf(2);
    const old = server.group?.groupInfo ?? '';
    await room.person(0).session.refresh();
    await room.pass(1_000);
    server.onGroupInfo = () => old;
    const joiner = await room.come();
    await room.pass(5_000);
    expect(joiner.session.state.value.kind).toBe('joining');
    server.onGroupInfo = undefined;
    await room.pass(5_000);
    expect(joiner.session.state.value.kind).toBe('member');
    expect(await room.groups()).toBe(1);
  });

  it('hands out garbage for a GroupInfo: the joiner says so, and joins when a member has renewed it', async () => {
    const { room, server } = await roomOf(2);
    if (server.group !== undefined) server.group.groupInfo = encodeBase64url(randomBytes(400));
    const joiner = await room.come();
    await room.pass(10_000);
    expect(joiner.notices.map(({ kind }) => kind)).toContain('bad-group-info');
    expect(joiner.session.state.value.kind).toBe('member');
    expect(await room.groups()).toBe(1);
  });

  it('invents entries: they are void, and the meeting goes on (A4, E-1)', async () => {
    const { room, server } = await roomOf(3);
    server.append('message', encodeBase64url(randomBytes(300)));
    server.append('commit', encodeBase64url(randomBytes(300)));
    if (server.group !== undefined) server.group.epoch += 1;
    await room.pass(10_000);
    expect(noticesOf(room, 1)).toContain('unreadable-entry');
    expect(await room.groups()).toBe(1);
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
    room.say(0, 'still here');
    const joiner = await room.come();
    await room.pass(10_000);
    expect(room.chatOf(2)).toEqual(['still here']);
    expect(joiner.session.state.value.kind).toBe('member');
    expect(await room.groups()).toBe(1);
  });

  it('restarts: everybody comes back, and what was said meanwhile arrives once', async () => {
    const { room, server } = await roomOf(4);
    const refreshed = room.person(1).session.refresh();
    server.restart();
    for (let at = 0; at < 4; at += 1) room.say(at, `from ${String(at)}`);
    await room.pass(5_000);
    expect(await refreshed).toBe('taken');
    expect(await room.groups()).toBe(1);
    for (let at = 0; at < 4; at += 1) {
      const others = [0, 1, 2, 3].filter((one) => one !== at).map((one) => `from ${String(one)}`);
      expect(room.chatOf(at).sort()).toEqual(others);
    }
  });

  it('has forgotten what was missed: the device joins anew, with the leaf it had', async () => {
    const { room, server } = await roomOf(3);
    const away = room.person(2).leafKey.identity;
    for (const channel of server.channels) {
      if (channel.identity === away) {
        server.channels.delete(channel);
        await room.person(0).session.refresh();
        await room.settle();
        server.forgotten = server.seq;
        channel.break();
      }
    }
    await room.pass(5_000);
    expect(noticesOf(room, 2)).toContain('joining-anew');
    expect(await room.groups()).toBe(1);
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
  });
});

describe('somebody malicious who has the link', () => {
  /** Puts a commit into the order that no honest server can tell from a good one. */
  async function inject(room: TestRoom, server: MaliciousServer, message: Bytes, groupInfo = randomBytes(300)): Promise<void> {
    server.append('commit', encodeBase64url(message));
    if (server.group !== undefined) {
      server.group.epoch += 1;
      server.group.groupInfo = encodeBase64url(groupInfo);
    }
    await room.settle();
  }

  function headerOnly(room: TestRoom, epoch: number): Bytes {
    const message = new Uint8Array(200);
    message.set([0, 1, 0, 1, 32], 0);
    message.set(room.meeting.secrets.groupId, 5);
    new DataView(message.buffer).setUint32(41, epoch);
    return message;
  }

  it('commits garbage with a broken GroupInfo: the others fill its place, and a joiner still gets in', async () => {
    const { room, server } = await roomOf(3);
    await inject(room, server, headerOnly(room, server.group?.epoch ?? 0));
    const joiner = await room.come();
    await room.pass(15_000);
    expect(await room.groups()).toBe(1);
    expect(joiner.session.state.value.kind).toBe('member');
    expect(room.person(0).session.view.value?.roster).toHaveLength(4);
    room.say(3, 'hello');
    await room.pass(1_000);
    expect(room.chatOf(0)).toEqual(['hello']);
  });

  it('commits garbage again and again: commits of the others get through (A6)', async () => {
    const { room, server } = await roomOf(3);
    const wanted = room.person(1).session.refresh();
    for (let round = 0; round < 4; round += 1) {
      await inject(room, server, headerOnly(room, server.group?.epoch ?? 0));
      await room.pass(4_000);
    }
    expect(await wanted).toBe('taken');
    expect(await room.groups()).toBe(1);
  });

  it('is in first place and says nothing: the next in rank does it', async () => {
    const { room, server } = await roomOf(3);
    const mute = room.person(0).leafKey.identity;
    server.onReceive = (channel, fields) => channel.identity === mute && fields['frame'] === 'message';
    await room.pass(28_000);
    expect(kindsOf(room).slice(1)).toEqual(['well', 'well']);
  });

  it('takes turns and lets them lapse: a joiner waits, and gets in', async () => {
    const { room, server } = await roomOf(2);
    let isMean = true;
    server.onReceive = (channel, { frame, ref }) => {
      if (isMean && frame === 'turn') {
        isMean = false;
        // Somebody else's turn runs first, and nothing comes of it.
        room.clock.after(1_500, () => {
          server.receive(channel, { frame, ref });
        });
        return true;
      }
      return false;
    };
    const joiner = await room.come();
    await room.pass(4_000);
    expect(joiner.session.state.value.kind).toBe('member');
  });

  it('stops signing: after a minute they are removed as lost, and come back without asking', async () => {
    const { room, server } = await roomOf(3);
    const away = room.person(2);
    server.onReceive = (channel) => channel.identity === away.leafKey.identity;
    server.onDeliver = (channel, entry) => (channel.identity === away.leafKey.identity ? [] : [entry]);
    await room.pass(100_000);
    expect(room.person(0).session.view.value?.roster).toHaveLength(2);
    expect(await room.person(0).keys.view().then((view) => view?.epoch)).toBe(
      await room.person(1).keys.view().then((view) => view?.epoch),
    );
    server.onReceive = undefined;
    server.onDeliver = undefined;
    for (const channel of server.channels) if (channel.identity === away.leafKey.identity) channel.break();
    await room.pass(15_000);
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
    expect(await room.groups()).toBe(1);
  });
});

describe('many at once', () => {
  it('two who make the group at the same time are in one group', async () => {
    const room = await TestRoom.open();
    await room.come();
    await room.come();
    await room.pass(3_000);
    expect(await room.groups()).toBe(1);
    expect(room.person(1).session.view.value?.roster).toHaveLength(2);
  });

  it(`${String(BURST)} who come in a burst are in one group, and nothing that is said is lost`, async () => {
    const room = await TestRoom.of(1);
    for (let count = 1; count < BURST; count += 1) await room.come();
    await room.settle();
    room.say(0, 'welcome');
    await room.pass(1_500);
    expect(new Set(room.attendees.map(({ session }) => session.state.value.kind))).toEqual(new Set(['member']));
    expect(await room.groups()).toBe(1);
    room.say(BURST - 1, 'all here');
    await room.pass(2_000);
    expect(room.chatOf(7)).toContain('all here');
  }, 300_000);
});

describe('a host', () => {
  it('puts somebody out: all see it, and the link alone does not let them in again', async () => {
    const { room } = await roomOf(2);
    const { secrets, host } = room.meeting;
    const gone = await room.come();
    const led = await room.come({ hostSigner: host });
    await room.pass(3_000);
    const outcome = await led.session.act(async () => ({
      sealed: await makeAct(secrets, FIRST_STATE, { kind: 'removal', leafKeys: [gone.leafKey.publicKey] }, host),
      isRemoval: true,
    }));
    await room.pass(1_000);
    expect(outcome).toBe('taken');
    expect(gone.session.state.value).toEqual({ kind: 'removed' });
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
    room.attendees.splice(room.attendees.indexOf(gone), 1);
    const again = await room.come();
    await room.pass(30_000);
    expect(room.person(0).session.view.value?.roster).toHaveLength(3);
    expect(room.person(0).notices.map((notice) => 'why' in notice && notice.why)).toContain('no-grant');
    expect(again.session.ready.value.size).toBe(0);
  });

  it('leaves: the others go on without them', async () => {
    const { room } = await roomOf(3);
    await room.person(0).session.leave();
    await room.pass(3_000);
    expect(room.person(0).session.state.value).toEqual({ kind: 'ended', why: 'left' });
    expect(room.person(1).session.view.value?.roster).toHaveLength(2);
    await room.person(0).session.close();
    room.attendees.shift();
    expect(await room.groups()).toBe(1);
  });
});

