import type { CiphersuiteImpl, ClientConfig, ClientState, PublicMessage } from 'ts-mls';

import { gatherEvidence, type Evidence } from './commit_evidence';
import { MembershipCheck } from './credential';
import {
  GroupError,
  type GroupMaterial,
  type GroupView,
  type Member,
  type Prepared,
} from './group_keys';
import { GroupMemory } from './group_memory';
import type { ActContext } from './host_acts';
import { membersOf } from './members';
import type { Knowledge } from './membership_rules';
import { configFor, epochOf, PAST_EPOCHS, wipe } from './mls_state';
import { suiteFor } from './mls_suite';
import { leavesOf } from './tree_view';
import { Verifier } from './verification';

/** A commit that waits to come back in the order. */
export interface Pending extends Prepared {
  readonly state: ClientState;
  readonly evidence: Evidence;
}

/** The state of a member, and what every part of `MlsGroup` needs. */
export class GroupCore {
  readonly material: GroupMaterial;
  readonly suite: CiphersuiteImpl;
  readonly config: ClientConfig;
  readonly membership: MembershipCheck;
  readonly context: ActContext;
  readonly now: () => number;
  readonly memory = new GroupMemory();
  #state: ClientState | undefined;
  #pending: Pending | undefined;

  private constructor(
    material: GroupMaterial,
    suite: CiphersuiteImpl,
    verifier: Verifier,
    now: () => number,
  ) {
    this.material = material;
    this.suite = suite;
    this.now = now;
    this.membership = new MembershipCheck(material.secrets);
    this.config = configFor(this.membership);
    this.context = { secrets: material.secrets, hostKey: material.hostKey, verifier };
  }

  static async open(material: GroupMaterial, now: () => number): Promise<GroupCore> {
    const verifier = new Verifier();
    return new GroupCore(material, await suiteFor(material.leafKey, verifier), verifier, now);
  }

  get state(): ClientState | undefined {
    return this.#state;
  }

  get pending(): Pending | undefined {
    return this.#pending;
  }

  /** @throws GroupError - not a member. */
  requireState(): ClientState {
    if (this.#state === undefined) {
      throw new GroupError('Not a member.');
    }
    return this.#state;
  }

  /** @throws GroupError - not a member. */
  requireView(): GroupView {
    const state = this.requireState();
    const { acts } = this.memory;
    const roster = membersOf(state.ratchetTree, acts.state.coHosts);
    const { head, count, hasToAsk, isLocked } = acts.state;
    return {
      groupId: this.material.secrets.groupId,
      epoch: epochOf(state),
      roster,
      self: selfOf(roster, state),
      epochAuthenticator: Uint8Array.from(state.keySchedule.epochAuthenticator),
      treeHash: Uint8Array.from(state.groupContext.treeHash),
      acts: { head, count, hasToAsk, isLocked, isComplete: acts.isComplete },
    };
  }

  knowledge(): Knowledge {
    const epoch = this.#state === undefined ? 0 : epochOf(this.#state);
    return this.memory.knowledge(epoch, this.material.maxMembers, this.now());
  }

  gather(message: PublicMessage): Promise<Evidence | undefined> {
    return gatherEvidence(message, this.context, this.membership, this.memory.acts);
  }

  /** Another epoch begins. What only the last one needed is overwritten. */
  adopt(state: ClientState): void {
    const last = this.#state;
    this.#state = state;
    wipe(last, state);
    this.discard();
    const leaves = leavesOf(state.ratchetTree);
    const treeHash = Uint8Array.from(state.groupContext.treeHash);
    this.memory.begin(epochOf(state), { leaves, treeHash }, PAST_EPOCHS);
  }

  /** The same epoch, with keys used up. */
  advance(state: ClientState, consumed: readonly Uint8Array[]): void {
    this.#state = state;
    for (const secret of consumed) {
      secret.fill(0);
    }
  }

  keep(pending: Pending): void {
    this.discard();
    this.#pending = pending;
  }

  discard(): void {
    wipe(this.#pending?.state, this.#state);
    this.#pending = undefined;
  }

  close(): void {
    this.discard();
    wipe(this.#state, undefined);
    this.#state = undefined;
  }
}

function selfOf(roster: readonly Member[], state: ClientState): Member {
  const self = roster.find(({ index }) => index === state.privatePath.leafIndex);
  if (self === undefined) {
    throw new GroupError('The own leaf is not in the tree.');
  }
  return self;
}
