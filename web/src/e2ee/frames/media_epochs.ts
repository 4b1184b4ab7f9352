/** When media go over to the keys of another epoch: a machine without keys, clock or timers. */
import type { EpochCause } from '../group/epoch_secret';
import { MAX_EPOCHS } from './media_keys';

/** A change that waits for everybody is not waited for longer, unless they come after it. */
export const PATIENCE_MS = 1_000;

/** Nor, if they do: devices that are slow take their time for many joins at once. */
export const LAG_MS = 3_000;

/** Joins, however many, change the key that is sent with so often at most. */
export const COALESCE_MS = 1_000;

/** Who was removed hears nothing after so long, whoever is ready. */
export const REMOVAL_MS = 300;

/** An epoch as this device sees it. */
export interface EpochView {
  readonly epoch: number;
  /** Everybody but oneself. */
  readonly others: ReadonlySet<string>;
  /** Those of them who are hosts, as far as it is known yet. */
  readonly hosts: ReadonlySet<string>;
  readonly cause: EpochCause;
}

/** What is to be done, in this order. */
export type EpochStep =
  /** Take the keys of an epoch, to open frames with. */
  | { readonly kind: 'install'; readonly epoch: number }
  /**
   * Seal in an epoch; the ones before it end after a while (`EPOCH_LIFE_MS`). Somebody may have no key to
   * what came before it: pictures begin anew.
   */
  | { readonly kind: 'switch'; readonly epoch: number; readonly isForNewcomers: boolean }
  /** Seal nothing. */
  | { readonly kind: 'stop' }
  /** Forget all keys: the group was made anew, and its epochs begin again. */
  | { readonly kind: 'forget' };

/** Epochs that are not sent in yet: from one time on if all are ready, and latest at another. */
interface Pending {
  readonly earliestMs: number;
  readonly latestMs: number;
  /** When those who lag behind are not waited for any more; a removal waits for nobody. */
  readonly lagMs: number;
  /** Not before this one: somebody who can open those before it has been removed. */
  readonly fromEpoch: number;
}

/**
 * Whether somebody who has just come in may send: only when the host, or more than half of the others,
 * have signed to be in that epoch. So a server that shows a joiner a group of its own hears nothing.
 *
 * @param isHost - one has the host's key oneself: other devices with it are one's own from before.
 */
export function mayJoinerSend(
  others: ReadonlySet<string>,
  hosts: ReadonlySet<string>,
  signed: ReadonlySet<string>,
  isHost: boolean,
): boolean {
  const asked = [...others].filter((one) => !isHost || !hosts.has(one));
  const heard = asked.filter((one) => signed.has(one));
  return (
    2 * heard.length > asked.length || asked.length === 0 || heard.some((one) => hosts.has(one))
  );
}

/** Decides on keys: receive before anybody sends, and send with what all can open, if they say so in time. */
export class MediaEpochs {
  readonly #isHost: boolean;
  #view: EpochView | undefined;
  /** Those after the one that is sent in, up to `#view`. */
  #later: readonly EpochView[] = [];
  /** The one that is sent in. */
  #sent: EpochView | undefined;
  /** The latest epoch that somebody has signed to be in. */
  #reached = new Map<string, number>();
  /** Who has signed in an epoch since this device has come in. */
  #heard = new Set<string>();
  #pending: Pending | undefined;
  #lastSwitchMs = -Infinity;

  /** @param isHost - this device has the host's key. */
  constructor(isHost: boolean) {
    this.#isHost = isHost;
  }

  /** When to ask again, with `tick`; undefined: not before something happens. */
  get dueMs(): number | undefined {
    if (this.#pending === undefined || this.#view === undefined || this.#sent === undefined) {
      return undefined;
    }
    const { earliestMs, latestMs, lagMs } = this.#pending;
    if (this.#haveReached(this.#view)) {
      return Math.min(earliestMs, latestMs);
    }
    return this.#latestForAll() === undefined ? lagMs : latestMs;
  }

  /** The group is in another epoch. One that is not later changes nothing, unless one has come in. */
  enter(view: EpochView, nowMs: number): readonly EpochStep[] {
    const isEntry = view.cause === 'entry';
    if (!isEntry && (this.#view === undefined || view.epoch <= this.#view.epoch)) {
      return [];
    }
    const steps = isEntry ? this.#begin(view.epoch) : [];
    this.#view = view;
    this.#later = [...this.#later, view].slice(-MAX_EPOCHS);
    this.#pending = this.#wait(view, nowMs);
    return [...steps, { kind: 'install', epoch: view.epoch }, ...this.tick(nowMs)];
  }

  /** Somebody has signed to be in an epoch, with its secrets. */
  hear(identity: string, epoch: number, nowMs: number): readonly EpochStep[] {
    // Of an earlier epoch it says nothing of this one; a later one is not known here yet.
    if (epoch !== this.#view?.epoch || !this.#view.others.has(identity)) {
      return [];
    }
    this.#heard.add(identity);
    return this.reach(identity, epoch, nowMs);
  }

  /** Somebody has signed to have come so far. Only who it is was checked: it says when to send, not whether. */
  reach(identity: string, epoch: number, nowMs: number): readonly EpochStep[] {
    this.#reached.set(identity, Math.max(epoch, this.#reached.get(identity) ?? epoch));
    return this.tick(nowMs);
  }

  /** It became known who the hosts are: who comes in does not know it at once. */
  know(hosts: ReadonlySet<string>, nowMs: number): readonly EpochStep[] {
    if (this.#view !== undefined) this.#view = { ...this.#view, hosts };
    return this.tick(nowMs);
  }

  /** Time has passed. */
  tick(nowMs: number): readonly EpochStep[] {
    const next = this.#due(nowMs);
    return next === undefined ? [] : [this.#switch(next, nowMs)];
  }

  #begin(epoch: number): readonly EpochStep[] {
    const isAnew = this.#view !== undefined && epoch <= this.#view.epoch;
    this.#heard = new Set();
    this.#reached = new Map();
    this.#later = [];
    this.#sent = undefined;
    return [{ kind: isAnew ? 'forget' : 'stop' }];
  }

  /** The epoch to send in from now on, if any. */
  #due(nowMs: number): EpochView | undefined {
    if (this.#view === undefined || this.#pending === undefined) {
      return undefined;
    }
    const { others, hosts } = this.#view;
    if (this.#sent === undefined) {
      return mayJoinerSend(others, hosts, this.#heard, this.#isHost) ? this.#view : undefined;
    }
    return nowMs < (this.dueMs ?? Infinity) ? undefined : (this.#latestForAll() ?? this.#forced());
  }

  /** The epoch that is sent in though somebody who hears this device now is cut off by it. */
  #forced(): EpochView | undefined {
    const fromEpoch = this.#pending?.fromEpoch;
    // A removal's: the others are there before they are in any after it.
    return this.#later.find(({ epoch }) => epoch === fromEpoch) ?? this.#view;
  }

  #switch(to: EpochView, nowMs: number): EpochStep {
    const passed = this.#later.filter(({ epoch }) => epoch <= to.epoch);
    this.#later = this.#later.filter(({ epoch }) => epoch > to.epoch);
    this.#sent = to;
    this.#lastSwitchMs = nowMs;
    this.#pending = undefined;
    for (const view of this.#later) {
      this.#pending = this.#wait(view, nowMs);
    }
    const isForNewcomers = passed.some(({ cause }) => cause !== 'removal' && cause !== 'refresh');
    return { kind: 'switch', epoch: to.epoch, isForNewcomers };
  }

  #wait({ epoch, cause }: EpochView, nowMs: number): Pending {
    const isRemoval = cause === 'removal';
    const { latestMs = Infinity, lagMs = Infinity, earliestMs = Infinity, fromEpoch = 0 } =
      this.#pending ?? {};
    return {
      latestMs: Math.min(latestMs, nowMs + (isRemoval ? REMOVAL_MS : PATIENCE_MS)),
      lagMs: Math.min(lagMs, nowMs + (isRemoval ? REMOVAL_MS : LAG_MS)),
      earliestMs: Math.min(earliestMs, isRemoval ? nowMs : this.#lastSwitchMs + COALESCE_MS),
      fromEpoch: isRemoval ? epoch : fromEpoch,
    };
  }

  #haveReached({ epoch, others }: EpochView): boolean {
    return [...others].every((one) => this.#hasReached(one, epoch));
  }

  /**
   * The latest epoch that nobody is cut off by who hears this device now. Who has just come hears nothing
   * yet, and who has not even reached the epoch that is sent in may have gone.
   */
  #latestForAll(): EpochView | undefined {
    const { epoch: sent = 0, others: hearing = new Set<string>() } = this.#sent ?? {};
    const { fromEpoch = 0 } = this.#pending ?? {};
    const alive = [...hearing].filter((one) => this.#hasReached(one, sent));
    return this.#later.findLast(
      ({ epoch, others }) =>
        epoch >= fromEpoch &&
        alive.every((one) => !others.has(one) || this.#hasReached(one, epoch)),
    );
  }

  #hasReached(identity: string, epoch: number): boolean {
    return (this.#reached.get(identity) ?? -1) >= epoch;
  }
}
