import { encodeUint32, sha256, type Bytes } from '../../protocol/bytes';
import { statement } from '../../protocol/statements';
import { encodeUint64 } from './wire';

// A group is made in its first epoch.
const FIRST_EPOCH = 0;

/** What `protocol/group.md` has signed, label by label. */
export const STATEMENT_LABELS = {
  message: 'folkmoot v1 group message',
  ack: 'folkmoot v1 group acknowledgement',
  hostAck: 'folkmoot v1 host acknowledgement',
  leave: 'folkmoot v1 group leave',
  grant: 'folkmoot v1 group grant',
  act: 'folkmoot v1 host act',
  hostCommit: 'folkmoot v1 host commit',
  hostGroup: 'folkmoot v1 host group',
} as const;

/** A host's word that somebody may join while joining has to be asked for. */
export interface Grant {
  readonly leafKey: Bytes;
  /** Reserved: 0 is a member. */
  readonly role: number;
  /** The last epoch in which somebody may join by it: the same for everybody, unlike the time. */
  readonly untilEpoch: number;
}

/** What somebody signs with every message in the group. */
export interface SignedMessage {
  readonly groupId: Bytes;
  readonly epoch: number;
  readonly leafKey: Bytes;
  readonly sequence: number;
  readonly position: number;
  readonly type: number;
  readonly body: Bytes;
}

export function messageStatement(message: SignedMessage): Bytes {
  return statement(STATEMENT_LABELS.message, [
    message.groupId,
    encodeUint64(message.epoch),
    message.leafKey,
    encodeUint64(message.sequence),
    encodeUint64(message.position),
    Uint8Array.of(message.type),
    message.body,
  ]);
}

/** What somebody signs to say: this is the epoch that I am in, and so far I have read. */
export interface SignedAck {
  readonly groupId: Bytes;
  readonly epoch: number;
  readonly leafKey: Bytes;
  readonly position: number;
  readonly treeHash: Bytes;
  readonly check: Bytes;
}

/** What the leaf key signs of it. */
export function ackStatement(ack: SignedAck): Bytes {
  return ackStatementOf(STATEMENT_LABELS.ack, ack);
}

/** What the host's key signs of it, for those who don't have the leaf in their tree. */
export function hostAckStatement(ack: SignedAck): Bytes {
  return ackStatementOf(STATEMENT_LABELS.hostAck, ack);
}

function ackStatementOf(label: string, ack: SignedAck): Bytes {
  return statement(label, [
    ack.groupId,
    encodeUint64(ack.epoch),
    ack.leafKey,
    encodeUint64(ack.position),
    ack.treeHash,
    ack.check,
  ]);
}

/** A leave is final for its leaf key, so it needs no epoch. */
export function leaveStatement(groupId: Bytes, leafKey: Bytes): Bytes {
  return statement(STATEMENT_LABELS.leave, [groupId, leafKey]);
}

export function grantStatement(groupId: Bytes, grant: Grant): Bytes {
  return statement(STATEMENT_LABELS.grant, [
    groupId,
    grant.leafKey,
    Uint8Array.of(grant.role),
    encodeUint64(grant.untilEpoch),
  ]);
}

/** What a host, or a co-host, signs for an act. */
export interface SignedAct {
  readonly locator: Bytes;
  readonly groupId: Bytes;
  readonly previous: Bytes;
  readonly number: number;
  readonly type: number;
  readonly body: Bytes;
}

export function actStatement(act: SignedAct): Bytes {
  return statement(STATEMENT_LABELS.act, [
    act.locator,
    act.groupId,
    act.previous,
    encodeUint32(act.number),
    Uint8Array.of(act.type),
    act.body,
  ]);
}

/** What the host key signs so that a commit goes before those of others. */
export async function hostCommitStatement(
  groupId: Bytes,
  epoch: number,
  message: Bytes,
): Promise<Bytes> {
  const fields = [groupId, encodeUint64(epoch), await sha256(message)];
  return statement(STATEMENT_LABELS.hostCommit, fields);
}

/** What the host key signs so that a group is made under a head of host acts. */
export async function hostGroupStatement(
  groupId: Bytes,
  groupInfo: Bytes,
  actHead: Bytes,
): Promise<Bytes> {
  const fields = [groupId, encodeUint64(FIRST_EPOCH), await sha256(groupInfo), actHead];
  return statement(STATEMENT_LABELS.hostGroup, fields);
}
