import {
  createApplicationMessage,
  createCommit,
  encodeMlsMessage,
  joinGroupExternal,
  type CiphersuiteImpl,
  type ClientState,
  type Proposal,
} from 'ts-mls';
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { encodeGroupContext } from 'ts-mls/groupContext.js';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { encodeUtf8, randomBytes, type Bytes } from '../../protocol/bytes';
import { makeLeafKey } from '../leaf_key';
import { encodeCommitData, NO_ACTS, signGrant, signLeave, type Reason } from './commit_data';
import { MembershipCheck } from './credential';
import type { Processed } from './group_keys';
import { deriveGroupSecrets, type GroupSecrets } from './group_secrets';
import { FIRST_STATE, followChain, makeAct, type ActContext } from './host_acts';
import { encodeMessage, MESSAGE_TYPES } from './group_message';
import { messageStatement } from './group_statements';
import { makeKeyPackage } from './key_package';
import { TestMeeting, TestOrder, type Person } from './members_in_memory';
import { configFor, decodeMls, readGroupInfo, secretsOf } from './mls_state';
import { suiteFor } from './mls_suite';
import { MlsGroup } from './mls_group';
import { Verifier } from './verification';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const LABEL = 'folkmoot v1 test';

function refusals(answers: readonly Processed[]): string[] {
  return answers.map((answer) => (answer.kind === 'refused' ? answer.why : answer.kind));
}

async function exported({ keys }: Person): Promise<Bytes> {
  return keys.exportKey(LABEL, new Uint8Array(), 32);
}

/** Joins as somebody whose own checks are gone. */
async function forgedJoin(
  order: TestOrder,
  made: GroupSecrets,
  reason: Reason = { kind: 'none' },
): Promise<Bytes> {
  const leafKey = await makeLeafKey();
  const suite = await suiteFor(leafKey, new Verifier());
  const { publicPackage, privatePackage } = await makeKeyPackage(made, leafKey, suite);
  const { groupId } = order.meeting.secrets;
  const { info } = readGroupInfo(order.groupInfo, groupId);
  const config = {
    ...configFor(new MembershipCheck(made)),
    authService: { validateCredential: () => Promise.resolve(true) },
  };
  const data = encodeCommitData({ actHead: order.actHead, reason });
  const { publicMessage } = await joinGroupExternal(
    info, publicPackage, privatePackage, false, suite, undefined, config, data,
  );
  return Uint8Array.from(
    encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage }),
  );
}

/** The state of a member, by which a malicious one does what the rules forbid. */
function stateOf({ core }: Person): ClientState {
  return core.requireState();
}

async function forgedCommit(
  order: TestOrder,
  by: Person,
  { removes = [], reason = { kind: 'none' }, actHead = order.actHead, extra = [] }: {
    removes?: readonly number[];
    reason?: Reason;
    actHead?: Bytes;
    extra?: NonNullable<Parameters<typeof createCommit>[1]>['extraProposals'];
  },
): Promise<Bytes> {
  const { commit } = await createCommit(
    { state: stateOf(by), cipherSuite: by.core.suite },
    {
      wireAsPublicMessage: true,
      authenticatedData: encodeCommitData({ actHead, reason }),
      extraProposals: [
        ...removes.map((removed) => ({ proposalType: 'remove', remove: { removed } }) as const),
        ...extra,
      ],
    },
  );
  return Uint8Array.from(encodeMlsMessage(commit));
}

async function othersSee(order: TestOrder, by: Person, message: Bytes): Promise<string[]> {
  order.position += 1;
  const others = order.members.filter((one) => one !== by);
  const answers = await Promise.all(
    others.map(({ keys }) => keys.process(message, order.position)),
  );
  return refusals(answers);
}

describe('somebody who was removed (A1, E-4)', () => {
  it.each([1, 3])('derives nothing of the next epoch, with everything they have (%i at once)', async (count) => {
    const order = await TestOrder.of(6);
    const gone = order.members.slice(1, 1 + count);
    const { keys } = order.member(0);
    const before = new Set((await Promise.all(gone.map(exported))).map(String));
    const kept = gone.map((person) => structuredClone(withoutConfig(stateOf(person))));
    const stays = structuredClone(withoutConfig(stateOf(order.member(5))));
    const leaves = await Promise.all(
      gone.map(({ leafKey }) => signLeave(order.meeting.secrets.groupId, leafKey)),
    );
    const prepared = await keys.prepareRemoval({ kind: 'left', leaves });
    if (prepared === undefined) throw new Error('nobody to remove');
    const seen = await order.commit(prepared);
    expect(seen.slice(1, 1 + count).map(({ kind }) => kind)).toEqual(Array(count).fill('removed'));

    const next = await exported(order.member(0));
    expect(before.has(String(next))).toBe(false);
    // Their own state was wiped. The copy that they kept opens nothing of the commit, as others' do.
    const { core } = order.member(0);
    const opens = (state: Kept): Promise<boolean> =>
      opensPath(state, prepared.message, core.requireState(), core.suite);
    for (const [at, { keys: theirs }] of gone.entries()) {
      await expect(theirs.exportKey(LABEL, new Uint8Array(), 32)).rejects.toThrow();
      expect(await opens(kept[at] ?? stays)).toBe(false);
    }
    expect(await opens(stays)).toBe(true);
    expect(String(await exported(order.member(5)))).toBe(String(next));
  });

  it('reads nothing that is said afterwards, and is not read', async () => {
    const order = await TestOrder.of(3);
    const gone = order.member(2);
    const late = await gone.keys.seal('chat', encodeUtf8('still here'));
    const leaves = [await gone.keys.leave()];
    const prepared = await order.member(0).keys.prepareRemoval({ kind: 'left', leaves });
    if (prepared === undefined) throw new Error('nobody to remove');
    await order.commit(prepared);
    const { message } = await order.member(0).keys.seal('chat', encodeUtf8('among us'));
    expect(await gone.keys.process(message, 900)).toMatchObject({ kind: 'unreadable' });
    const heard = await order.member(1).keys.process(late.message, 901);
    expect(heard).toEqual({ kind: 'unreadable', why: 'gone' });
  });
});

describe('a joiner (E-4)', () => {
  it('reads nothing of what was said before', async () => {
    const order = await TestOrder.of(2);
    const { message } = await order.member(0).keys.seal('chat', encodeUtf8('before'));
    const joiner = await order.join();
    expect(await joiner.keys.process(message, 900)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('a ghost that the server adds (A4, E-1)', () => {
  let order: TestOrder;

  beforeAll(async () => {
    order = await TestOrder.of(3);
  });

  it('is refused by all when it has no tag, or one of another link', async () => {
    const other = await deriveGroupSecrets(randomBytes(32));
    const made = { ...other, groupId: order.meeting.secrets.groupId };
    expect(refusals(await order.deliver(await forgedJoin(order, made)))).toEqual(
      Array(3).fill('not-a-member-key'),
    );
  });

  it('is refused by all when its tag is of another group of the same link', async () => {
    const made = { ...order.meeting.secrets, groupId: randomBytes(32) };
    expect(refusals(await order.deliver(await forgedJoin(order, made)))).toEqual(
      Array(3).fill('not-a-member-key'),
    );
  });

  it('is refused by all when its grant is over, or by nobody who may give one', async () => {
    const { secrets, host } = order.meeting;
    const grant = { leafKey: (await makeLeafKey()).publicKey, role: 0, untilEpoch: 0 };
    const old = await signGrant(secrets.groupId, grant, host);
    const own = await signGrant(secrets.groupId, { ...grant, untilEpoch: 99 }, await makeLeafKey());
    const late = await forgedJoin(order, secrets, { kind: 'grant', grant: old });
    expect(refusals(await order.deliver(late))).toEqual(Array(3).fill('no-grant'));
    const false_ = await forgedJoin(order, secrets, { kind: 'grant', grant: own });
    expect(refusals(await order.deliver(false_))).toEqual(Array(3).fill('false-reason'));
  });

  it('is nowhere: epoch and roster stay what they were', async () => {
    const views = await Promise.all(order.members.map(({ keys }) => keys.view()));
    expect(views.map((view) => [view?.epoch, view?.roster.length])).toEqual(Array(3).fill([2, 3]));
  });

  it("in a GroupInfo keeps a joiner from joining", async () => {
    const other = await TestOrder.of(2);
    const joiner = await MlsGroup.open(await order.meeting.material(), () => 0);
    const { groupInfo } = other;
    await expect(joiner.prepareJoin({ groupInfo, actHead: NO_ACTS })).rejects.toThrow('another group');
    const changed = Uint8Array.from(order.groupInfo);
    changed[changed.length - 100] = (changed[changed.length - 100] ?? 0) ^ 1;
    await expect(joiner.prepareJoin({ groupInfo: changed, actHead: NO_ACTS })).rejects.toThrow();
  });
});

describe('a malicious member', () => {
  it('evicts nobody without a reason, and the others stay where they were', async () => {
    const order = await TestOrder.of(4);
    const by = order.member(1);
    const message = await forgedCommit(order, by, { removes: [2] });
    expect(await othersSee(order, by, message)).toEqual(Array(3).fill('no-reason'));
    expect(await othersSee(order, by, await forgedCommit(order, by, { removes: [2], reason: { kind: 'lost', claims: [{ leafKey: order.member(2).leafKey.publicKey, position: 1 }] } }))).toEqual(Array(3).fill('not-lost'));
    const leave = await signLeave(order.meeting.secrets.groupId, by.leafKey);
    const forged = { ...leave, leafKey: order.member(2).leafKey.publicKey };
    expect(await othersSee(order, by, await forgedCommit(order, by, { removes: [2], reason: { kind: 'left', leaves: [forged] } }))).toEqual(Array(3).fill('false-reason'));
    expect(new Set((await Promise.all(order.members.map(exported))).map(String)).size).toBe(1);
  });

  it('names no false act head, and does no host act', async () => {
    const order = await TestOrder.of(3);
    const by = order.member(1);
    const lie = await forgedCommit(order, by, { actHead: randomBytes(32) });
    expect(await othersSee(order, by, lie)).toEqual(['wrong-act-head', 'wrong-act-head']);
    const sealed = await makeAct(order.meeting.secrets, FIRST_STATE, { kind: 'removal', leafKeys: [order.member(0).leafKey.publicKey] }, by.leafKey);
    const act = await forgedCommit(order, by, { removes: [0], reason: { kind: 'act', sealed } });
    expect(await othersSee(order, by, act)).toEqual(['false-reason', 'false-reason']);
  });

  it('brings in no proposals that nobody needs (A10)', async () => {
    const order = await TestOrder.of(3);
    const by = order.member(1);
    const leafKey = await makeLeafKey();
    const suite = await suiteFor(leafKey, new Verifier());
    const { publicPackage } = await makeKeyPackage(order.meeting.secrets, leafKey, suite);
    const extras: readonly Proposal[] = [
      { proposalType: 'add', add: { keyPackage: publicPackage } },
      { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } },
      { proposalType: 'reinit', reinit: { groupId: randomBytes(32), version: 'mls10', cipherSuite: suite.name, extensions: [] } },
    ];
    for (const extra of extras) {
      const message = await forgedCommit(order, by, { extra: [extra] });
      const seen = await othersSee(order, by, message);
      expect(['forbidden-proposal', 'no-path']).toContain(seen[0]);
      expect(new Set(seen).size).toBe(1);
    }
  });

  it("says nothing in another's name, and nothing twice (I3)", async () => {
    const order = await TestOrder.of(3);
    const [ana, ben] = [order.member(0), order.member(1)];
    const { message } = await ana.keys.seal('chat', encodeUtf8('I am Ana'));
    const [, heard] = await order.deliver(message);
    if (heard?.kind !== 'message') throw new Error(heard?.kind);
    expect(heard.from.leafKey).toEqual(ana.leafKey.publicKey);
    // The same bytes again; and then in an envelope that somebody else has sealed.
    expect(refusals(await order.deliver(message)).slice(1)).toEqual(['unreadable', 'unreadable']);
    const wrap = async (bytes: Uint8Array): Promise<Processed> => {
      const { suite } = ben.core;
      const sealed = await createApplicationMessage(stateOf(ben), bytes, suite);
      ben.core.advance(sealed.newState, []);
      const { privateMessage } = sealed;
      const wire = 'mls_private_message';
      const again = encodeMlsMessage({ version: 'mls10', wireformat: wire, privateMessage });
      return order.member(2).keys.process(Uint8Array.from(again), 700);
    };
    const { from, sequence, body } = heard;
    const signature = new Uint8Array(64);
    const parts = { type: 'chat', leaf: from.index, position: 0, body, signature } as const;
    const isFalse = { kind: 'unreadable', why: 'false-signature' };
    expect(await wrap(encodeMessage({ ...parts, sequence: sequence + 1 }))).toEqual(isFalse);
    // Signed by Ben, in Ana's name.
    const statement = messageStatement({
      groupId: order.meeting.secrets.groupId,
      epoch: 2,
      leafKey: ana.leafKey.publicKey,
      sequence: sequence + 1,
      position: 0,
      type: MESSAGE_TYPES.chat,
      body,
    });
    const bens = await ben.leafKey.sign(statement);
    const inName = encodeMessage({ ...parts, sequence: sequence + 1, signature: bens });
    expect(await wrap(inName)).toEqual(isFalse);
    // What Ana did sign counts once, whoever brings it again.
    const anas = await ana.leafKey.sign(statement);
    const plain = encodeMessage({ ...parts, sequence: sequence + 1, signature: anas });
    expect(await wrap(plain)).toMatchObject({ kind: 'message' });
    expect(await wrap(plain)).toEqual({ kind: 'unreadable', why: 'replayed' });
  });
});

describe('bytes that are no MLS (A11)', () => {
  it('change nothing, wherever one is cut or turned', async () => {
    const order = await TestOrder.of(2);
    const { message } = await order.member(0).keys.prepareRefresh();
    const at = order.member(1).keys;
    for (let cut = 0; cut < message.length; cut += 7) {
      const turned = Uint8Array.from(message);
      turned[cut] = (turned[cut] ?? 0) ^ 0x55;
      expect(['refused', 'unreadable']).toContain((await at.process(message.slice(0, cut), 500)).kind);
      expect(['refused', 'unreadable']).toContain((await at.process(turned, 501)).kind);
    }
    const longer = Uint8Array.of(...message, 0);
    expect(await at.process(longer, 502)).toEqual({ kind: 'unreadable', why: 'garbled' });
    expect(await at.process(message, 503)).toMatchObject({ kind: 'commit' });
  });
});

describe('host acts (I5)', () => {
  it('follow each other, are the hosts to do, and stay what and where they are', async () => {
    const meeting = await TestMeeting.make();
    const context: ActContext = { secrets: meeting.secrets, hostKey: meeting.host.publicKey, verifier: new Verifier() };
    const ben = await makeLeafKey();
    const first = await makeAct(meeting.secrets, FIRST_STATE, { kind: 'delegation', leafKey: ben.publicKey, isOn: true }, meeting.host);
    const state = await followChain(context, [first]);
    if (state === undefined) throw new Error('does not follow');
    const second = await makeAct(meeting.secrets, state, { kind: 'lock', isOn: true }, ben);
    expect(await followChain(context, [first, second])).toMatchObject({ count: 2, isLocked: true });
    expect(await followChain(context, [second])).toBeUndefined();
    expect(await followChain(context, [first, first])).toBeUndefined();
    const by = await makeAct(meeting.secrets, state, { kind: 'delegation', leafKey: ben.publicKey, isOn: true }, ben);
    expect(await followChain(context, [first, by])).toBeUndefined();
    const other = await TestMeeting.make();
    expect(await followChain({ ...context, secrets: { ...meeting.secrets, locator: other.secrets.locator } }, [first])).toBeUndefined();
  });

  it('that put somebody out are seen by all, and nobody joins unasked any more', async () => {
    const order = await TestOrder.of(4);
    const { secrets, host } = order.meeting;
    const gone = order.member(3);
    const sealed = await makeAct(secrets, FIRST_STATE, { kind: 'removal', leafKeys: [gone.leafKey.publicKey] }, host);
    const seen = await order.commit(await order.member(1).keys.prepareRemovalBy(sealed));
    expect(seen.map(({ kind }) => kind)).toEqual(['commit', 'commit', 'commit', 'removed']);
    order.drop(gone);
    const view = await order.member(0).keys.view();
    expect(view?.acts).toMatchObject({ count: 1, hasToAsk: true });
    const again = await forgedJoin(order, secrets);
    expect(refusals(await order.deliver(again))).toEqual(Array(3).fill('no-grant'));

    const newcomer = await order.meeting.person();
    const granted = { leafKey: newcomer.leafKey.publicKey, role: 0, untilEpoch: 20 };
    await order.join(newcomer, await signGrant(secrets.groupId, granted, host));
    expect((await newcomer.keys.view())?.acts).toMatchObject({ isComplete: false });
    expect(await newcomer.keys.learn([])).toBe('unfit');
    expect(await newcomer.keys.learn([sealed])).toBe('learnt');
    expect((await newcomer.keys.view())?.acts).toMatchObject({ isComplete: true, hasToAsk: true });
  });
});

describe('after leaving (Z1)', () => {
  it('every secret is overwritten', async () => {
    const order = await TestOrder.of(3);
    const person = order.member(1);
    const held = secretsOf(stateOf(person));
    expect(held.some((secret) => secret.some((byte) => byte !== 0))).toBe(true);
    await person.keys.close();
    expect(held.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
  });

  it('secrets of epochs that are over are overwritten while the meeting goes on', async () => {
    const order = await TestOrder.of(2);
    const old = stateOf(order.member(1)).keySchedule;
    await order.commit(await order.member(0).keys.prepareRefresh());
    expect(old.exporterSecret.every((byte) => byte === 0)).toBe(true);
    expect(old.initSecret.every((byte) => byte === 0)).toBe(true);
  });
});

type Kept = Omit<ClientState, 'clientConfig'>;

function withoutConfig({ clientConfig, ...kept }: ClientState): Kept {
  expect(clientConfig).toBeDefined();
  return kept;
}

/** Whether one of the keys that somebody had opens a part of the path of the commit after. */
async function opensPath(kept: Kept, message: Bytes, after: ClientState, suite: CiphersuiteImpl): Promise<boolean> {
  const decoded = decodeMls(message);
  const content = decoded?.wireformat === 'mls_public_message' ? decoded.publicMessage.content : undefined;
  if (content?.contentType !== 'commit') throw new Error('no commit');
  const { epoch, treeHash } = after.groupContext;
  const context = encodeGroupContext({ ...kept.groupContext, epoch, treeHash });
  const secrets = content.commit.path?.nodes.flatMap((node) => node.encryptedPathSecret) ?? [];
  for (const key of Object.values(kept.privatePath.privateKeys)) {
    const privateKey = await suite.hpke.importPrivateKey(key);
    for (const { kemOutput, ciphertext } of secrets) {
      const opened = await decryptWithLabel(privateKey, 'UpdatePathNode', context, kemOutput, ciphertext, suite.hpke).catch(() => undefined);
      if (opened !== undefined) return true;
    }
  }
  return false;
}
