import { encodeBase64url, equalBytes, type Bytes } from '../../protocol/bytes';
import { NO_ACTS } from './commit_data';
import type { KnownActs } from './commit_evidence';
import { FIRST_STATE, followChain, type ActContext, type NextAct } from './host_acts';
import { Liveness } from './liveness';
import type { Change, Grounds, Knowledge, Leaf } from './membership_rules';
import { SequenceWindow } from './sequence_window';

// More people than ever were in one meeting; the oldest are forgotten first.
const MAX_FORMER = 2_048;

/** One epoch, as far as messages of it have to be told apart. */
export interface EpochRecord {
  readonly leaves: readonly Leaf[];
  readonly treeHash: Bytes;
}

/** What a member remembers beside its keys: acts, who went, who was heard from. */
export class GroupMemory {
  readonly liveness = new Liveness();
  readonly #left = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #windows = new Map<string, SequenceWindow>();
  readonly #epochs = new Map<number, EpochRecord>();
  #acts: KnownActs = { state: FIRST_STATE, isComplete: true };
  #sealed: Bytes[] = [];

  get acts(): KnownActs {
    return this.#acts;
  }

  /** The acts that lead to the head, if they are all known. */
  get history(): readonly Bytes[] | undefined {
    return this.#acts.isComplete ? this.#sealed : undefined;
  }

  knowledge(epoch: number, maxMembers: number, nowMs: number): Knowledge {
    const { state, isComplete } = this.#acts;
    const { hasToAsk, isLocked, removed } = state;
    return {
      epoch,
      maxMembers,
      nowMs,
      acts: { head: encodeBase64url(state.head), isComplete, hasToAsk, isLocked, removed },
      left: this.#left,
      lost: this.#lost,
      signedUpTo: this.liveness.signedUpTo,
      receivedMs: (position) => this.liveness.receivedMs(position),
    };
  }

  /** Whether this head may be one that follows from what is known: no act is ever un-seen. */
  mayFollow(head: Bytes): boolean {
    return !equalBytes(head, NO_ACTS) || this.#acts.state.count === 0;
  }

  /** A group begins anew: there are no acts in it. */
  restart(): void {
    this.#acts = { state: FIRST_STATE, isComplete: true };
    this.#sealed = [];
  }

  /** Joined under a head whose acts may not be known yet. */
  enter(head: Bytes): void {
    const { state } = this.#acts;
    if (!equalBytes(head, state.head)) {
      this.#acts = { state: { ...state, head }, isComplete: false };
    }
  }

  /** Takes a chain; false when it does not lead from what is known to the head. */
  async learn(context: ActContext, sealed: readonly Bytes[]): Promise<boolean> {
    if (this.#acts.isComplete) {
      return true;
    }
    const isPrefix = this.#sealed.every((act, at) => equalBytes(act, sealed[at] ?? NO_ACTS));
    const state = isPrefix ? await followChain(context, sealed) : undefined;
    if (state === undefined || !equalBytes(state.head, this.#acts.state.head)) {
      return false;
    }
    this.#acts = { state, isComplete: true };
    this.#sealed = [...sealed];
    return true;
  }

  /** An epoch begins. Those that are more than `past` before it are forgotten. */
  begin(epoch: number, record: EpochRecord, past: number): void {
    this.#epochs.set(epoch, record);
    for (const known of this.#epochs.keys()) {
      if (known < epoch - past || known > epoch) {
        this.#epochs.delete(known);
      }
    }
  }

  record(epoch: number): EpochRecord | undefined {
    return this.#epochs.get(epoch);
  }

  /** A commit stands. */
  committed(
    change: Change,
    grounds: Grounds,
    next: { readonly act: NextAct; readonly sealed: Bytes } | undefined,
    position: number,
  ): void {
    this.liveness.signed(change.by, position);
    this.#lost.delete(change.by);
    if (change.kind === 'removal') {
      for (const { leafKey } of change.removed) {
        this.#went(leafKey, grounds.kind);
      }
    }
    if (next !== undefined) {
      this.#acts = { state: next.act.state, isComplete: true };
      this.#sealed.push(next.sealed);
    }
  }

  /** Whether a sender's sequence number is new. */
  take(leafKey: string, sequence: number): boolean {
    let window = this.#windows.get(leafKey);
    if (window === undefined) {
      window = new SequenceWindow();
      this.#windows.set(leafKey, window);
    }
    return window.take(sequence);
  }

  /** How many messages of a sender were passed over. */
  missing(leafKey: string): number {
    return this.#windows.get(leafKey)?.missing ?? 0;
  }

  #went(leafKey: string, why: Grounds['kind']): void {
    this.liveness.forget(leafKey);
    const set = why === 'lost' ? this.#lost : this.#left;
    if (why !== 'lost') {
      this.#windows.delete(leafKey);
    }
    set.add(leafKey);
    const [oldest] = set;
    if (set.size > MAX_FORMER && oldest !== undefined) {
      set.delete(oldest);
    }
  }
}
