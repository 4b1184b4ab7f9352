import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it, vi } from 'vitest';

import { encodeBase64url, sha256, type Bytes } from '../../protocol/bytes';
import { identityOf } from '../../protocol/derivation';
import { importSeed, publicKeyOfSeed, signingKey, type SigningKey } from '../../protocol/signing';
import { encodeAcknowledgement, parseAcknowledgement } from './acknowledgement';
import { encodeCommitData, NO_ACTS, parseCommitData, signGrant, signLeave } from './commit_data';
import { Comparison } from './comparison';
import { credentialOf, tagOf } from './credential';
import { encodeMessage, MESSAGE_TYPES, parseMessage } from './group_message';
import { deriveGroupSecrets, type GroupSecrets } from './group_secrets';
import {
  ackStatement,
  hostAckStatement,
  hostCommitStatement,
  hostGroupStatement,
  messageStatement,
} from './group_statements';
import { encodeHeartbeat, parseHeartbeat } from './heartbeat';
import {
  FIRST_STATE,
  followChain,
  followReopening,
  headAfter,
  makeAct,
  makeReopening,
} from './host_acts';
import { safetyCodeOf } from './safety_code';
import { Verifier } from './verification';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const FILE = new URL('../../../../protocol/vectors/group.json', import.meta.url);

/** Counted bytes, so that nobody wonders where they come from: the same as in admission.json. */
function counted(start: number, length: number): Bytes {
  return Uint8Array.from({ length }, (_, at) => (start + at) % 256);
}

async function keyOf(seed: Bytes): Promise<SigningKey> {
  return signingKey(await importSeed(seed), await publicKeyOfSeed(seed));
}

async function makeVectors(): Promise<Record<string, unknown>> {
  const secret = counted(0, 32);
  const [host, leaf, other] = await Promise.all([
    keyOf(counted(128, 32)),
    keyOf(counted(192, 32)),
    keyOf(counted(32, 32)),
  ]);
  const secrets = await deriveGroupSecrets(secret);
  const { groupId } = secrets;
  const next = await deriveGroupSecrets(secret, 1);
  const act = { kind: 'removal', leafKeys: [other.publicKey] } as const;
  const sealed = await makeAct(secrets, FIRST_STATE, act, host, counted(3, 12));
  const head = await headAfter(NO_ACTS, sealed);
  const granted = { leafKey: leaf.publicKey, role: 0, untilEpoch: 70 };
  const grant = await signGrant(groupId, granted, host);
  const leave = await signLeave(groupId, leaf);
  const [treeHash, check] = [counted(16, 32), counted(48, 32)];
  const heartbeat = encodeHeartbeat({
    number: 5,
    isLocked: true,
    hasToAsk: true,
    treeHash,
    actHead: head,
    previous: counted(80, 32),
    checkpoint: new Uint8Array(),
  });
  const numbers = { sequence: 7, position: 1_001 };
  const signed = { groupId, epoch: 6, leafKey: leaf.publicKey, body: heartbeat, ...numbers };
  const statement = messageStatement({ ...signed, type: MESSAGE_TYPES.heartbeat });
  const signature = await leaf.sign(statement);
  const message = { type: 'heartbeat', leaf: 2, body: heartbeat, signature, ...numbers } as const;
  const ack = { groupId, epoch: 6, leafKey: leaf.publicKey, position: 1_001, treeHash, check };
  const roster = await Promise.all(
    [host, leaf].map(async ({ publicKey }, index) => ({
      index: index * 2,
      leafKey: publicKey,
      identity: await identityOf(publicKey),
      isHost: false,
    })),
  );
  const code = await safetyCodeOf({ groupId, epoch: 6, epochAuthenticator: check, roster });
  return {
    secret,
    host_key: host.publicKey,
    leaf_key: leaf.publicKey,
    other_leaf_key: other.publicKey,
    group_id: groupId,
    group_id_generation_1: next.groupId,
    tag: await tagOf(secrets, leaf.publicKey),
    credential: await credentialOf(secrets, leaf.publicKey),
    commit_data_none: encodeCommitData({ actHead: NO_ACTS, reason: { kind: 'none' } }),
    commit_data_grant: encodeCommitData({ actHead: head, reason: { kind: 'grant', grant } }),
    commit_data_act: encodeCommitData({ actHead: head, reason: { kind: 'act', sealed } }),
    commit_data_left: encodeCommitData({
      actHead: NO_ACTS,
      reason: { kind: 'left', leaves: [leave] },
    }),
    commit_data_lost: encodeCommitData({
      actHead: NO_ACTS,
      reason: { kind: 'lost', claims: [{ leafKey: leaf.publicKey, position: 1_001 }] },
    }),
    sealed_act: sealed,
    act_head: head,
    tree_hash: treeHash,
    heartbeat,
    message_statement_sha256: await sha256(statement),
    message: encodeMessage(message),
    check,
    acknowledgement: encodeAcknowledgement({
      ...ack,
      leaf: 2,
      signature: await leaf.sign(ackStatement(ack)),
    }),
    host_acknowledgement: encodeAcknowledgement({
      ...ack,
      leaf: 2,
      signature: await leaf.sign(ackStatement(ack)),
      host: { leafKey: leaf.publicKey, signature: await host.sign(hostAckStatement(ack)) },
    }),
    safety_code: code.groups.join(' '),
    safety_qr: code.qr,
    ...(await comparisonVectors(groupId, host.publicKey, leaf.publicKey)),
    ...(await reopeningVectors(secrets, head, host)),
  };
}

/** A group that the host makes anew. What stands for MLS messages is not read for its signature. */
async function reopeningVectors(
  secrets: GroupSecrets,
  previous: Bytes,
  host: SigningKey,
): Promise<Record<string, unknown>> {
  const { groupId } = secrets;
  const reopening = await makeReopening(secrets, previous, host, counted(5, 12));
  const after = await headAfter(previous, reopening);
  const [commit, groupInfo] = [counted(7, 64), counted(9, 64)];
  return {
    sealed_reopening: reopening,
    reopening_head: after,
    commit,
    host_commit_signature: await host.sign(await hostCommitStatement(groupId, 6, commit)),
    group_info: groupInfo,
    host_group_signature: await host.sign(await hostGroupStatement(groupId, groupInfo, after)),
  };
}

async function comparisonVectors(
  groupId: Bytes,
  ana: Bytes,
  ben: Bytes,
): Promise<Record<string, unknown>> {
  const one = new Comparison({ groupId, own: ana, other: ben }, counted(1, 32));
  const other = new Comparison({ groupId, own: ben, other: ana }, counted(2, 32));
  const { send: commitment } = await one.begin();
  const { send: answer } = await other.take(commitment ?? new Uint8Array());
  const { send: opening, emoji } = await one.take(answer ?? new Uint8Array());
  return {
    comparison_commitment: commitment,
    comparison_answer: answer,
    comparison_opening: opening,
    comparison_emoji: emoji,
  };
}

function written(vectors: Record<string, unknown>): string {
  const text = (_key: string, value: unknown): unknown =>
    value instanceof Uint8Array ? encodeBase64url(value) : value;
  return `${JSON.stringify(vectors, text, 2)}\n`;
}

describe('what members send each other', () => {
  it('is byte for byte what protocol/vectors/group.json says', async () => {
    const vectors = await makeVectors();
    if (process.env['FOLKMOOT_WRITE_VECTORS'] === '1') {
      writeFileSync(FILE, written(vectors));
    }
    expect(written(vectors)).toBe(readFileSync(FILE, 'utf8'));
  });

  it('reads as what was written', async () => {
    const vectors = await makeVectors();
    const bytes = (name: string): Bytes => vectors[name] as Bytes;
    for (const kind of ['none', 'grant', 'act', 'left', 'lost']) {
      const data = parseCommitData(bytes(`commit_data_${kind}`));
      if (data === undefined) throw new Error(kind);
      expect(data.reason.kind).toBe(kind);
      expect(encodeCommitData(data)).toEqual(bytes(`commit_data_${kind}`));
    }
    expect(parseMessage(bytes('message'))).toMatchObject({ type: 'heartbeat', leaf: 2, sequence: 7 });
    expect(parseHeartbeat(bytes('heartbeat'))).toMatchObject({ number: 5, isLocked: true });
    expect(parseAcknowledgement(bytes('acknowledgement'))).toMatchObject({ leaf: 2, epoch: 6 });
    const byHost = parseAcknowledgement(bytes('host_acknowledgement'));
    expect(byHost?.host?.leafKey).toEqual(bytes('leaf_key'));
    const secrets = await deriveGroupSecrets(bytes('secret'));
    const context = { secrets, hostKey: bytes('host_key'), verifier: new Verifier() };
    const state = await followChain(context, [bytes('sealed_act')]);
    expect(state).toMatchObject({ count: 1, hasToAsk: true, head: bytes('act_head') });
    const begun = await followReopening(context, bytes('sealed_reopening'));
    expect(begun?.previous).toEqual(bytes('act_head'));
    expect(begun?.state).toMatchObject({ count: 1, hasToAsk: true, head: bytes('reopening_head') });
  });

  it.each(['commit_data_left', 'message', 'heartbeat', 'acknowledgement', 'host_acknowledgement', 'commit_data_grant'])(
    'is refused when a byte of %s is missing, or one is too many',
    async (name) => {
      const bytes = (await makeVectors())[name] as Bytes;
      const read = [parseCommitData, parseMessage, parseHeartbeat, parseAcknowledgement];
      for (const changed of [bytes.slice(0, -1), Uint8Array.of(...bytes, 0), bytes.slice(1)]) {
        expect(read.map((parse) => parse(changed)).filter(Boolean)).toEqual([]);
      }
    },
  );
});
