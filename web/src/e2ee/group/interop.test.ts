import { afterEach, describe, expect, it, vi } from 'vitest';

import { encodeBase64url, encodeUtf8, type Bytes } from '../../protocol/bytes';
import { encodeCommitData, NO_ACTS, parseCommitData, type Reason } from './commit_data';
import { credentialOf } from './credential';
import type { Prepared, Processed } from './group_keys';
import { encodeMessage, MESSAGE_TYPES, parseMessage } from './group_message';
import { leaveStatement, messageStatement } from './group_statements';
import { Peer, type PeerReading } from './interop_peer';
import { TestMeeting, TestOrder, type Person } from './members_in_memory';
import { Verifier } from './verification';

// Another process has its part in it, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const LABEL = 'folkmoot v1 test';
const NOTHING = new Uint8Array();

/** A meeting with members on `mls-rs` among ours. Everything goes through one order. */
class MixedMeeting {
  readonly order: TestOrder;
  readonly peers: Peer[] = [];

  constructor(order: TestOrder) {
    this.order = order;
  }

  get groupId(): Bytes {
    return this.order.meeting.secrets.groupId;
  }

  data(reason: Reason = { kind: 'none' }): Bytes {
    return encodeCommitData({ actHead: this.order.actHead, reason });
  }

  /** A peer joins by the GroupInfo that the server keeps; what ours make of it. */
  async admit(peer: Peer, credential?: Bytes): Promise<Processed[]> {
    const { order } = this;
    const own = credential ?? (await credentialOf(order.meeting.secrets, await peer.key()));
    const { message, groupInfo } = await peer.join(order.groupInfo, own, this.data());
    const answers = await order.deliver(message);
    if (answers.every(({ kind }) => kind === 'commit')) {
      // The peers take what ours take: they know no rules.
      await this.others(peer, message);
      this.peers.push(peer);
      order.groupInfo = groupInfo;
    }
    return answers;
  }

  /** A commit of ours reaches everybody; what the peers make of it. */
  async commit(prepared: Prepared): Promise<PeerReading[]> {
    const answers = await this.order.commit(prepared);
    expect(answers.filter(({ kind }) => kind !== 'commit' && kind !== 'removed')).toEqual([]);
    return Promise.all(this.peers.map((peer) => peer.process(prepared.message)));
  }

  /** A commit of a peer reaches everybody; what ours make of it. */
  async commitBy(peer: Peer, reason: Reason, remove: readonly number[] = []): Promise<Processed[]> {
    const message = await peer.commit(this.data(reason), remove);
    const answers = await this.order.deliver(message);
    if (answers.every(({ kind }) => kind === 'commit' || kind === 'removed')) {
      await peer.process(message);
      await this.others(peer, message);
      this.order.groupInfo = await peer.groupInfo();
    }
    return answers;
  }

  /** Somebody of ours joins, or comes back. */
  async join(person?: Person): Promise<Person> {
    const joiner = person ?? (await this.order.meeting.person());
    const { groupInfo, actHead } = this.order;
    const prepared = await joiner.keys.prepareJoin({ groupInfo, actHead });
    if (!this.order.members.includes(joiner)) {
      this.order.members.push(joiner);
    }
    await this.commit(prepared);
    return joiner;
  }

  async expectAgreement(): Promise<void> {
    const seen = await Promise.all([
      ...this.order.members.map(async ({ keys }) => {
        const view = await keys.view();
        const members = view?.roster.map(({ index, leafKey }) => ({ index, leafKey }));
        const exported = await keys.exportKey(LABEL, NOTHING, 32);
        return described({ ...view, members }, exported);
      }),
      ...this.peers.map(async (peer) => {
        const exported = await peer.exportKey(LABEL, NOTHING, 32);
        return described(await peer.view(), exported);
      }),
    ]);
    for (const one of seen) {
      expect(one).toEqual(seen[0]);
    }
  }

  private async others(peer: Peer, message: Bytes): Promise<void> {
    await Promise.all(this.peers.filter((one) => one !== peer).map((one) => one.process(message)));
  }
}

function described(
  view: {
    readonly epoch?: number;
    readonly treeHash?: Bytes;
    readonly epochAuthenticator?: Bytes;
    readonly members?: readonly { readonly index: number; readonly leafKey: Bytes }[] | undefined;
  },
  exported: Bytes,
): unknown {
  const { epoch, treeHash, epochAuthenticator, members = [] } = view;
  const named = members.map(({ index, leafKey }) => [index, encodeBase64url(leafKey)]);
  return { epoch, treeHash, epochAuthenticator, named, exported };
}

const started: Peer[] = [];

function startPeer(): Peer {
  const peer = Peer.start();
  started.push(peer);
  return peer;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((peer) => peer.stop()));
});

/** A meeting of so many of ours and one on `mls-rs`, who came last. */
async function meetingOf(count: number): Promise<{ meeting: MixedMeeting; peer: Peer }> {
  const meeting = new MixedMeeting(await TestOrder.of(count, await TestMeeting.make()));
  const peer = startPeer();
  const answers = await meeting.admit(peer);
  const by = encodeBase64url(await peer.key());
  const change = { kind: 'join', by, removed: [] };
  expect(answers).toEqual(answers.map(() => ({ kind: 'commit', change, isOwn: false })));
  return { meeting, peer };
}

/** The leave of a peer, signed by its leaf key. */
async function leaveOf(
  meeting: MixedMeeting,
  peer: Peer,
): Promise<{ readonly leafKey: Bytes; readonly signature: Bytes }> {
  const leafKey = await peer.key();
  return { leafKey, signature: await peer.sign(leaveStatement(meeting.groupId, leafKey)) };
}

describe('a member on another MLS implementation (A3)', () => {
  it.each([1, 2, 5])('joins our group of %i and has the same secrets', async (count) => {
    const { meeting } = await meetingOf(count);
    await meeting.expectAgreement();
  });

  it('follows us: a join, a re-join, new keys, a leave', async () => {
    const { meeting, peer } = await meetingOf(3);
    const newcomer = await meeting.join();
    await meeting.expectAgreement();
    await meeting.join(newcomer);
    await meeting.expectAgreement();
    const [read] = await meeting.commit(await meeting.order.member(0).keys.prepareRefresh());
    expect(read).toMatchObject({ kind: 'commit', committer: 0, isExternal: false });
    expect(read?.kind === 'commit' && parseCommitData(read.authenticatedData)).toEqual({
      actHead: NO_ACTS,
      reason: { kind: 'none' },
    });
    await meeting.expectAgreement();
    const leave = await newcomer.keys.leave();
    const removal = await meeting.order
      .member(1)
      .keys.prepareRemoval({ kind: 'left', leaves: [leave] });
    if (removal === undefined) throw new Error('nobody leaves');
    await meeting.commit(removal);
    meeting.order.drop(newcomer);
    await meeting.expectAgreement();
    expect((await peer.view()).members).toHaveLength(4);
  });

  it('is followed by us: new keys, a removal with a reason, a join by its GroupInfo', async () => {
    const { meeting, peer } = await meetingOf(3);
    const refreshed = await meeting.commitBy(peer, { kind: 'none' });
    const by = encodeBase64url(await peer.key());
    expect(refreshed).toEqual(
      refreshed.map(() => ({
        kind: 'commit',
        change: { kind: 'refresh', by, removed: [] },
        isOwn: false,
      })),
    );
    await meeting.expectAgreement();
    await meeting.join();
    await meeting.expectAgreement();
    const leaver = meeting.order.member(1);
    const leaves = [await leaver.keys.leave()];
    const answers = await meeting.commitBy(peer, { kind: 'left', leaves }, [1]);
    expect(answers.map(({ kind }) => kind)).toEqual(['commit', 'removed', 'commit', 'commit']);
    meeting.order.drop(leaver);
    await meeting.expectAgreement();
  });

  it('reads our messages, and we read its', async () => {
    const { meeting, peer } = await meetingOf(3);
    const { index } = await peer.view();
    const { keys, leafKey } = meeting.order.member(1);
    const body = encodeUtf8('from TypeScript');
    const sealed = await keys.seal('chat', body);
    await meeting.order.deliver(sealed.message);
    const read = await peer.process(sealed.message);
    if (read.kind !== 'message') throw new Error(JSON.stringify(read));
    const plain = parseMessage(read.plain);
    expect(read.sender).toBe(1);
    expect(plain?.body).toEqual(body);
    if (plain === undefined) throw new Error('no message');
    const { groupId } = meeting;
    const { epoch } = await peer.view();
    const type = MESSAGE_TYPES.chat;
    const signed = messageStatement({ ...plain, groupId, epoch, leafKey: leafKey.publicKey, type });
    expect(await new Verifier().verify(leafKey.publicKey, signed, plain.signature)).toBe(true);

    const answer = {
      sequence: 1,
      position: meeting.order.position,
      body: encodeUtf8('from Rust'),
    };
    const key = await peer.key();
    const statement = messageStatement({ ...answer, groupId, epoch, leafKey: key, type });
    const signature = await peer.sign(statement);
    const text = encodeMessage({ ...answer, type: 'chat', leaf: index, signature });
    const answers = await meeting.order.deliver(await peer.seal(text));
    expect(answers).toHaveLength(3);
    for (const one of answers) {
      expect(one).toMatchObject({ kind: 'message', type: 'chat', epoch, body: answer.body });
      expect(one.kind === 'message' && one.from.leafKey).toEqual(key);
    }
  });

  it('is put out by us, and cannot follow', async () => {
    const { meeting, peer } = await meetingOf(3);
    const before = await peer.exportKey(LABEL, NOTHING, 32);
    const leave = await leaveOf(meeting, peer);
    const { keys } = meeting.order.member(2);
    const removal = await keys.prepareRemoval({ kind: 'left', leaves: [leave] });
    if (removal === undefined) throw new Error('nobody leaves');
    const [read] = await meeting.commit(removal);
    expect(read).toMatchObject({ kind: 'commit', isRemoved: true });
    meeting.peers.splice(0);
    await meeting.expectAgreement();
    const next = await keys.exportKey(LABEL, NOTHING, 32);
    expect(next).not.toEqual(before);
    expect(await peer.exportKey(LABEL, NOTHING, 32).catch(() => NOTHING)).not.toEqual(next);
    const sealed = await keys.seal('chat', encodeUtf8('without you'));
    expect(await peer.process(sealed.message)).toMatchObject({ kind: 'error' });
    const refresh = await keys.prepareRefresh();
    expect(await peer.process(refresh.message)).toMatchObject({ kind: 'error' });
    // Its leave is final, whatever it is that knocks.
    const returned = await meeting.admit(peer);
    expect(returned.map((one) => one.kind === 'refused' && one.why)).toEqual(
      returned.map(() => 'left-before'),
    );
  });

  it('is held to the same rules', async () => {
    const { meeting, peer } = await meetingOf(3);
    const why = (answers: readonly Processed[]): unknown[] => [
      ...new Set(answers.map((one) => (one.kind === 'refused' ? one.why : one.kind))),
    ];
    expect(why(await meeting.commitBy(peer, { kind: 'none' }, [1]))).toEqual(['no-reason']);
    const leaves = [await meeting.order.member(2).keys.leave()];
    expect(why(await meeting.commitBy(peer, { kind: 'left', leaves }, [1]))).toEqual([
      'reason-for-others',
    ]);
    const ghost = startPeer();
    const foreign = await TestMeeting.make();
    const credential = await credentialOf(foreign.secrets, await ghost.key());
    expect(why(await meeting.admit(ghost, credential))).toEqual(['not-a-member-key']);
    await meeting.expectAgreement();
  });

  it.each([1, 2])('stays together with us, whoever comes and goes (run %i)', async (run) => {
    const { meeting } = await meetingOf(3);
    await meeting.admit(startPeer());
    const dice = new Dice(run);
    for (let step = 0; step < STEPS; step += 1) {
      await happens(meeting, dice);
      await meeting.expectAgreement();
    }
  }, 600_000);
});

// Each one is a commit that everybody processes, and an agreement of them all.
const STEPS = process.env['FOLKMOOT_TEST_FULL'] === undefined ? 24 : 300;
const MOST_OF_OURS = 8;

/** Numbers that look random and are the same in each run (Numerical Recipes' generator). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  of<T>(all: readonly T[]): T {
    const one = all[this.below(all.length)];
    if (one === undefined) throw new Error('nobody');
    return one;
  }
}

async function happens(meeting: MixedMeeting, dice: Dice): Promise<void> {
  const { order, peers } = meeting;
  switch (dice.below(6)) {
    case 0:
      await meeting.join(order.members.length < MOST_OF_OURS ? undefined : dice.of(order.members));
      return;
    case 1:
      await meeting.join(dice.of(order.members));
      return;
    case 2:
      await meeting.commit(await dice.of(order.members).keys.prepareRefresh());
      return;
    case 3:
      await meeting.commitBy(dice.of(peers), { kind: 'none' });
      return;
    default:
      await somebodyLeaves(meeting, dice);
  }
}

/** One of ours leaves; another of ours or a peer takes them out. */
async function somebodyLeaves(meeting: MixedMeeting, dice: Dice): Promise<void> {
  const { order, peers } = meeting;
  if (order.members.length < 3) {
    await meeting.join();
    return;
  }
  const leaver = dice.of(order.members);
  const leaves = [await leaver.keys.leave()];
  if (dice.below(2) === 0) {
    const index = (await leaver.keys.view())?.self.index ?? -1;
    await meeting.commitBy(dice.of(peers), { kind: 'left', leaves }, [index]);
  } else {
    const by = dice.of(order.members.filter((one) => one !== leaver));
    const removal = await by.keys.prepareRemoval({ kind: 'left', leaves });
    if (removal === undefined) throw new Error('nobody leaves');
    await meeting.commit(removal);
  }
  order.drop(leaver);
}
