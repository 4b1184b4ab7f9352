import {
  createCommit,
  encodeMlsMessage,
  joinGroupExternal,
  type ClientState,
  type PublicMessage,
} from 'ts-mls';

import { encodeBase64url, equalBytes, type Bytes } from '../../protocol/bytes';
import {
  encodeCommitData,
  MAX_REMOVED,
  type CommitData,
  type LostClaim,
  type SignedLeave,
} from './commit_data';
import type { GroupCore } from './group_core';
import {
  GroupError,
  GroupInfoError,
  type JoinOffer,
  type Prepared,
  type RemovalReason,
} from './group_keys';
import { followAct, isBinding } from './host_acts';
import { makeKeyPackage } from './key_package';
import { mayCommit, type Leaf } from './membership_rules';
import { encodeGroupInfo, epochOf, readGroupInfo, wipe } from './mls_state';
import { leavesOf } from './tree_view';

/** Prepares commits. They count when they come back in the order, and not before. */
export class CommitMaker {
  readonly #core: GroupCore;

  constructor(core: GroupCore) {
    this.#core = core;
  }

  async join(offer: JoinOffer): Promise<Prepared> {
    const { material, config, suite } = this.#core;
    const { info, leaves } = readGroupInfo(offer.groupInfo, material.secrets.groupId);
    const own = encodeBase64url(material.leafKey.publicKey);
    const isRejoin = leaves.some(({ leafKey }) => leafKey === own);
    this.#checkOffer(offer, isRejoin ? Number(info.groupContext.epoch) : undefined, leaves);
    if (isRejoin && leaves.length === 1) {
      // Without its leaf there would be no tree; and who is alone has missed nothing.
      throw new GroupInfoError('nobody else is in it');
    }
    const data = dataOfJoin(offer, isRejoin);
    const keys = await makeKeyPackage(material.secrets, material.leafKey, suite);
    const { publicPackage, privatePackage } = keys;
    try {
      const { newState, publicMessage } = await joinGroupExternal(
        info,
        publicPackage,
        privatePackage,
        isRejoin,
        suite,
        undefined,
        config,
        encodeCommitData(data),
      );
      return await this.#keep(newState, publicMessage, data, undefined);
    } catch (error) {
      throw error instanceof GroupError
        ? error
        : new GroupInfoError('its tree or its signature', error);
    } finally {
      privatePackage.initPrivateKey.fill(0);
      privatePackage.hpkePrivateKey.fill(0);
    }
  }

  async refresh(sealedAct: Bytes | undefined): Promise<Prepared> {
    return this.#commit([], await this.#dataOf(sealedAct));
  }

  async removeBy(sealedAct: Bytes): Promise<Prepared> {
    const { context, memory } = this.#core;
    const next = await followAct(context, memory.acts.state, sealedAct);
    const keys = next?.act.kind === 'removal' ? next.act.leafKeys : [];
    return this.#commit(keys, await this.#dataOf(sealedAct));
  }

  async remove(reason: RemovalReason): Promise<Prepared | undefined> {
    const grounds = this.#groundsOf(reason);
    const gone: readonly { readonly leafKey: Bytes }[] =
      grounds.kind === 'left' ? grounds.leaves : grounds.claims;
    if (gone.length === 0) {
      return undefined;
    }
    const actHead = this.#core.memory.acts.state.head;
    return this.#commit(
      gone.map(({ leafKey }) => leafKey),
      { actHead, reason: grounds },
    );
  }

  /** @param epoch - undefined when the own leaf is not in the tree: it may be another group by now. */
  #checkOffer(
    { actHead }: JoinOffer,
    epoch: number | undefined,
    leaves: readonly Leaf[],
  ): void {
    const { memory, state } = this.#core;
    if (state !== undefined && epoch !== undefined && epoch < epochOf(state)) {
      throw new GroupInfoError('an epoch that is over');
    }
    if (!memory.mayFollow(actHead)) {
      throw new GroupInfoError('acts that were seen are gone');
    }
    if (leaves.some(({ leafKey }) => memory.acts.state.removed.has(leafKey))) {
      throw new GroupInfoError('somebody is in it who was removed');
    }
  }

  #groundsOf(
    reason: RemovalReason,
  ):
    | { readonly kind: 'left'; readonly leaves: readonly SignedLeave[] }
    | { readonly kind: 'lost'; readonly claims: readonly LostClaim[] } {
    const { memory, now } = this.#core;
    const { roster, self } = this.#core.requireView();
    const others = roster.filter(({ index }) => index !== self.index);
    if (reason.kind === 'left') {
      const isHere = ({ leafKey }: SignedLeave): boolean =>
        others.some((member) => equalBytes(member.leafKey, leafKey));
      return { kind: 'left', leaves: reason.leaves.filter(isHere).slice(0, MAX_REMOVED) };
    }
    const named = others.map(({ leafKey }) => ({ leafKey, key: encodeBase64url(leafKey) }));
    return { kind: 'lost', claims: memory.liveness.claims(named, now()).slice(0, MAX_REMOVED) };
  }

  async #dataOf(sealedAct: Bytes | undefined): Promise<CommitData> {
    const { context, memory } = this.#core;
    const { state } = memory.acts;
    if (sealedAct === undefined) {
      return { actHead: state.head, reason: { kind: 'none' } };
    }
    const next = await followAct(context, state, sealedAct);
    if (next === undefined) {
      throw new GroupError('An act that does not follow.');
    }
    return { actHead: next.state.head, reason: { kind: 'act', sealed: sealedAct } };
  }

  async #commit(removed: readonly Bytes[], data: CommitData): Promise<Prepared> {
    const state = this.#core.requireState();
    const leaves = leavesOf(state.ratchetTree);
    const keys = new Set(removed.map(encodeBase64url));
    const { commit, newState } = await createCommit(
      { state, cipherSuite: this.#core.suite },
      {
        wireAsPublicMessage: true,
        authenticatedData: encodeCommitData(data),
        extraProposals: leaves
          .filter(({ leafKey }) => keys.has(leafKey))
          .map(({ index }) => ({ proposalType: 'remove', remove: { removed: index } })),
      },
    );
    if (commit.wireformat !== 'mls_public_message') {
      throw new GroupError('A commit that is not public.');
    }
    return this.#keep(newState, commit.publicMessage, data, leaves);
  }

  /** Keeps a commit. A member's is judged as the others will judge it; `leaves` is then its tree. */
  async #keep(
    state: ClientState,
    publicMessage: PublicMessage,
    { actHead }: CommitData,
    leaves: readonly Leaf[] | undefined,
  ): Promise<Prepared> {
    const core = this.#core;
    const evidence = await core.gather(publicMessage);
    const verdict =
      leaves && evidence && mayCommit(leaves, evidence.commit, core.knowledge());
    if (evidence === undefined || verdict?.may === false) {
      wipe(state, core.state);
      const why = verdict?.may === false ? verdict.why : 'no commit';
      throw new GroupError(`The others would refuse this commit: ${why}.`);
    }
    const message = Uint8Array.from(
      encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage }),
    );
    const groupInfo = await encodeGroupInfo(state, core.suite);
    const after = evidence.next?.state;
    const needsHost = after === undefined ? core.memory.isBinding : isBinding(after);
    const prepared = { epoch: epochOf(state), message, groupInfo, actHead, needsHost };
    core.keep({ ...prepared, state, evidence });
    return prepared;
  }
}

function dataOfJoin({ actHead, grant }: JoinOffer, isRejoin: boolean): CommitData {
  return grant === undefined || isRejoin
    ? { actHead, reason: { kind: 'none' } }
    : { actHead, reason: { kind: 'grant', grant } };
}
