import {
  emptyPskIndex,
  processPrivateMessage,
  processPublicMessage,
  type ClientState,
  type PrivateMessage,
  type PublicMessage,
} from 'ts-mls';

import { encodeBase64url, equalBytes, sha256, type Bytes } from '../../protocol/bytes';
import { parseCommitData } from './commit_data';
import type { Evidence } from './commit_evidence';
import type { GroupCore, Pending } from './group_core';
import type { Processed, ReceivedMessage, Unreadable } from './group_keys';
import { MESSAGE_TYPES, parseMessage, type PlainMessage } from './group_message';
import { messageStatement } from './group_statements';
import { isLost, isOnlyChange, mayCommit, type Change, type Leaf } from './membership_rules';
import { decodeMls, epochOf, PAST_EPOCHS, takenState, wipe } from './mls_state';
import { leavesOf } from './tree_view';

type Refused = Extract<Processed, { kind: 'refused' }>;

/** Takes the entries of the order: judges, processes, compares. Nothing is ever half taken. */
export class EntryReader {
  readonly #core: GroupCore;

  constructor(core: GroupCore) {
    this.#core = core;
  }

  async read(message: Bytes, position: number): Promise<Processed> {
    const decoded = decodeMls(message);
    switch (decoded?.wireformat) {
      case 'mls_public_message':
        return this.#readCommit(decoded.publicMessage, message, position);
      case 'mls_private_message':
        return this.#readMessage(decoded.privateMessage);
      default:
        return { kind: 'unreadable', why: 'garbled' };
    }
  }

  async #readCommit(
    message: PublicMessage,
    bytes: Bytes,
    position: number,
  ): Promise<Processed> {
    const { pending, state } = this.#core;
    if (pending !== undefined && equalBytes(bytes, pending.message)) {
      return this.#takeOwn(pending, position);
    }
    if (state === undefined || Number(message.content.epoch) !== epochOf(state)) {
      return refuse('other-epoch');
    }
    if (!equalBytes(message.content.groupId, this.#core.material.secrets.groupId)) {
      return refuse('garbled');
    }
    const evidence = await this.#core.gather(message);
    if (evidence === undefined) {
      return refuse('garbled');
    }
    const verdict = mayCommit(
      leavesOf(state.ratchetTree),
      evidence.commit,
      this.#core.knowledge(),
    );
    return verdict.may
      ? this.#apply(state, message, evidence, verdict.change, position)
      : refuse(verdict.why);
  }

  async #apply(
    state: ClientState,
    message: PublicMessage,
    evidence: Evidence,
    change: Change,
    position: number,
  ): Promise<Processed> {
    const next = await this.#processed(state, message);
    if (next === undefined) {
      return refuse('invalid');
    }
    if (next.groupActiveState.kind === 'removedFromGroup') {
      this.#core.close();
      return { kind: 'removed', change, why: whyRemoved(evidence) };
    }
    const { path } = evidence.commit;
    const before = leavesOf(state.ratchetTree);
    const after = leavesOf(next.ratchetTree);
    if (path === undefined || !isOnlyChange(before, after, change, path)) {
      wipe(next, state);
      return refuse('invalid');
    }
    this.#core.adopt(next);
    return this.#committed(message, evidence, change, position, false);
  }

  async #processed(state: ClientState, message: PublicMessage): Promise<ClientState | undefined> {
    try {
      const { suite } = this.#core;
      const { newState } = await processPublicMessage(state, message, emptyPskIndex, suite);
      return newState;
    } catch {
      // Whatever the library finds wrong with it, the state is the one before.
      return undefined;
    }
  }

  #takeOwn(pending: Pending, position: number): Processed {
    const { state } = this.#core;
    if (this.#isRefuted(pending.evidence)) {
      this.#core.discard();
      return refuse('not-lost');
    }
    const decoded = decodeMls(pending.message);
    const before = leavesOf((state ?? pending.state).ratchetTree);
    const isEntry = pending.evidence.commit.sender.kind === 'joiner';
    const change = changeOfOwn(pending, before, isEntry);
    this.#core.adopt(takenState(pending.state, state));
    if (isEntry) {
      this.#core.memory.enter(pending.actHead);
      // Who was there before gets the full time to be heard from.
      for (const { leafKey } of leavesOf(pending.state.ratchetTree)) {
        this.#core.memory.liveness.signed(leafKey, position);
      }
    }
    const message = decoded?.wireformat === 'mls_public_message' ? decoded.publicMessage : undefined;
    return this.#committed(message, pending.evidence, change, position, true);
  }

  /** Somebody whom this device takes for lost gave a sign of life while its commit was on its way. */
  #isRefuted({ commit }: Evidence): boolean {
    const grounds = commit.data?.grounds;
    const knowledge = this.#core.knowledge();
    return grounds?.kind === 'lost' && !grounds.claims.every((claim) => isLost(claim, knowledge));
  }

  #committed(
    message: PublicMessage | undefined,
    { commit, next }: Evidence,
    change: Change,
    position: number,
    isOwn: boolean,
  ): Processed {
    const data = message && parseCommitData(message.content.authenticatedData);
    const sealed = data?.reason.kind === 'act' ? data.reason.sealed : undefined;
    const act = next === undefined || sealed === undefined ? undefined : { act: next, sealed };
    const grounds = commit.data?.grounds ?? { kind: 'none' };
    this.#core.memory.committed(change, grounds, act, position);
    return { kind: 'commit', change, isOwn, ...(next === undefined ? {} : { act: next.act }) };
  }

  async #readMessage(message: PrivateMessage): Promise<Processed> {
    const { state } = this.#core;
    const epoch = Number(message.epoch);
    const isOurs = equalBytes(message.groupId, this.#core.material.secrets.groupId);
    if (!isOurs || message.contentType !== 'application') {
      // Commits and proposals that only members can read could not be judged before they count.
      return unreadable('garbled');
    }
    if (state === undefined || epoch > epochOf(state)) {
      return unreadable('ahead');
    }
    if (epoch < epochOf(state) - PAST_EPOCHS || this.#core.memory.record(epoch) === undefined) {
      return unreadable('too-old');
    }
    const plain = await this.#decrypt(state, message);
    if (plain === undefined) {
      return unreadable('undecryptable');
    }
    const read = parseMessage(plain);
    plain.fill(0);
    return read === undefined ? unreadable('garbled') : this.#check(read, epoch);
  }

  async #decrypt(state: ClientState, message: PrivateMessage): Promise<Uint8Array | undefined> {
    try {
      const { suite } = this.#core;
      const result = await processPrivateMessage(state, message, emptyPskIndex, suite);
      if (result.kind !== 'applicationMessage') {
        return undefined;
      }
      this.#core.advance(result.newState, result.consumed);
      return result.message;
    } catch {
      return undefined;
    }
  }

  async #check(read: PlainMessage, epoch: number): Promise<Processed> {
    const { memory, context, material } = this.#core;
    const leaf = memory.record(epoch)?.leaves.find(({ index }) => index === read.leaf);
    const from = this.#core
      .requireView()
      .roster.find(({ leafKey }) => encodeBase64url(leafKey) === leaf?.leafKey);
    if (leaf === undefined || from === undefined) {
      return unreadable('gone');
    }
    const statement = messageStatement({
      groupId: material.secrets.groupId,
      epoch,
      leafKey: from.leafKey,
      sequence: read.sequence,
      position: read.position,
      type: MESSAGE_TYPES[read.type],
      body: read.body,
    });
    if (!(await context.verifier.verify(from.leafKey, statement, read.signature))) {
      return unreadable('false-signature');
    }
    if (!memory.take(leaf.leafKey, read.sequence)) {
      return unreadable('replayed');
    }
    memory.liveness.signed(leaf.leafKey, read.position);
    const { type, sequence, position, body } = read;
    const digest = await sha256(statement);
    const said = { type, from, epoch, sequence, position, digest, body };
    return { kind: 'message', ...said } satisfies ReceivedMessage;
  }
}

function changeOfOwn(pending: Pending, before: readonly Leaf[], isEntry: boolean): Change {
  const { commit } = pending.evidence;
  const by = commit.path?.leafKey ?? '';
  const indices = commit.proposals.flatMap((one) => (one.kind === 'remove' ? [one.index] : []));
  if (isEntry) {
    return { kind: indices.length > 0 ? 'rejoin' : 'join', by, removed: [] };
  }
  const removed = before.filter(({ index }) => indices.includes(index));
  return { kind: removed.length > 0 ? 'removal' : 'refresh', by, removed };
}

function whyRemoved({ commit }: Evidence): 'act' | 'left' | 'lost' {
  const kind = commit.data?.grounds.kind;
  return kind === 'left' || kind === 'lost' ? kind : 'act';
}

function refuse(why: Refused['why']): Refused {
  return { kind: 'refused', why };
}

function unreadable(why: Unreadable): Processed {
  return { kind: 'unreadable', why };
}
