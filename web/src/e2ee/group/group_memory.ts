import { encodeBase64url, equalBytes, type Bytes } from '../../protocol/bytes';
import { NO_ACTS } from './commit_data';
import type { KnownActs } from './commit_evidence';
import {
  FIRST_STATE,
  followAll,
  followReopening,
  isBinding,
  type ActContext,
  type ActState,
  type NextAct,
} from './host_acts';
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
  /** What `#sealed` leads to, and all heads before that. */
  #known: ActState = FIRST_STATE;
  readonly #past = new Set<string>();
  #undo: (() => void) | undefined;

  /** The head of the acts that this device has seen. */
  get head(): Bytes {
    return this.#known.head;
  }

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

  /** Whether the acts keep anybody out, as far as this device knows. */
  get isBinding(): boolean {
    return !this.#acts.isComplete || isBinding(this.#known);
  }

  /** Whether this head may be one that follows from what is known: no act that binds is un-seen. */
  mayFollow(head: Bytes): boolean {
    if (equalBytes(head, NO_ACTS) && !isBinding(this.#known)) {
      return true;
    }
    return !this.#past.has(encodeBase64url(head));
  }

  /**
   * A group is made anew, with a reopening or under a head that is kept. False: what has happened under
   * that head is not known here, or what is known would be un-seen.
   */
  async restart(context: ActContext, head: Bytes, reopening?: Bytes): Promise<boolean> {
    const [acts, sealed, known] = [this.#acts, this.#sealed, this.#known];
    if (reopening !== undefined) {
      const begun = await followReopening(context, reopening);
      if (begun === undefined) {
        return false;
      }
      this.#know([reopening], begun.state);
    } else if (equalBytes(head, NO_ACTS) && !isBinding(known)) {
      this.#know([], FIRST_STATE);
    } else if (equalBytes(head, known.head)) {
      this.#acts = { state: known, isComplete: true };
    } else {
      return false;
    }
    this.#undo = () => {
      [this.#acts, this.#sealed, this.#known] = [acts, sealed, known];
      this.#past.delete(encodeBase64url(known.head));
    };
    return true;
  }

  /** The group that was made is not the one. */
  abandon(): void {
    this.#undo?.();
    this.#undo = undefined;
  }

  /** Joined under a head whose acts may not be known yet. */
  enter(head: Bytes): void {
    if (equalBytes(head, NO_ACTS)) {
      // Another group began, without acts: those that were seen kept nobody out.
      this.#know([], FIRST_STATE);
      return;
    }
    const state = this.#known;
    this.#acts = equalBytes(head, state.head)
      ? { state, isComplete: true }
      : { state: { ...state, head }, isComplete: false };
  }

  /** Takes a chain; false when it does not lead from what is known to the head. */
  async learn(context: ActContext, sealed: readonly Bytes[]): Promise<boolean> {
    if (this.#acts.isComplete) {
      return true;
    }
    const states = (await this.#goesOn(context, sealed)) ? await followAll(context, sealed) : [];
    const state = states?.at(-1);
    if (state === undefined || !equalBytes(state.head, this.#acts.state.head)) {
      return false;
    }
    for (const { head } of states ?? []) {
      this.#past.add(encodeBase64url(head));
    }
    this.#know([...sealed], state);
    return true;
  }

  /** Whether a chain goes on with the one that is known, or may begin anew. */
  async #goesOn(context: ActContext, sealed: readonly Bytes[]): Promise<boolean> {
    if (!isBinding(this.#known)) {
      return true;
    }
    if (this.#sealed.every((act, at) => equalBytes(act, sealed[at] ?? NO_ACTS))) {
      return true;
    }
    const [first] = sealed;
    const begun = first && (await followReopening(context, first));
    return (
      begun !== undefined && this.mayFollow(begun.state.head) && this.mayFollow(begun.previous)
    );
  }

  #know(sealed: Bytes[], state: ActState): void {
    this.#past.add(encodeBase64url(this.#known.head));
    this.#past.delete(encodeBase64url(state.head));
    this.#acts = { state, isComplete: true };
    this.#sealed = sealed;
    this.#known = state;
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
    this.#undo = undefined;
    if (next !== undefined) {
      this.#know([...this.#sealed, next.sealed], next.act.state);
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
