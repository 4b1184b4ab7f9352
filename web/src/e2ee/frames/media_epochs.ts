/** When media go over to the keys of another epoch: a machine without keys, clock or timers. */
import type { EpochCause } from '../group/epoch_secret';

/** A change that waits for everybody is not waited for longer. */
export const PATIENCE_MS = 1_000;

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

/** A key that is not sent with yet: not before a time without everybody, not after another at all. */
interface Pending {
  readonly earliestMs: number;
  readonly latestMs: number;
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
  /** Who has signed to be in the newest epoch. */
  #ready = new Set<string>();
  /** Who has signed in an epoch since this device has come in. */
  #heard = new Set<string>();
  #pending: Pending | undefined;
  #isSending = false;
  /** Somebody came after the last switch, or nothing was sent before. */
  #hasNewcomers = false;
  #lastSwitchMs = -Infinity;

  /** @param isHost - this device has the host's key. */
  constructor(isHost: boolean) {
    this.#isHost = isHost;
  }

  /** When to ask again, with `tick`; undefined: not before something happens. */
  get dueMs(): number | undefined {
    const { earliestMs, latestMs } = this.#pending ?? {};
    if (latestMs === undefined || earliestMs === undefined || !this.#isSending) {
      return undefined;
    }
    return this.#isEverybodyReady() ? Math.min(earliestMs, latestMs) : latestMs;
  }

  /** The group is in another epoch. One that is not later changes nothing, unless one has come in. */
  enter(view: EpochView, nowMs: number): readonly EpochStep[] {
    const isEntry = view.cause === 'entry';
    if (!isEntry && (this.#view === undefined || view.epoch <= this.#view.epoch)) {
      return [];
    }
    const steps = isEntry ? this.#begin(view.epoch) : [];
    this.#view = view;
    this.#ready = new Set();
    this.#pending = this.#wait(view.cause, nowMs);
    this.#hasNewcomers ||= isEntry || view.cause === 'join' || view.cause === 'rejoin';
    return [...steps, { kind: 'install', epoch: view.epoch }, ...this.tick(nowMs)];
  }

  /** Somebody has signed to be in an epoch. */
  hear(identity: string, epoch: number, nowMs: number): readonly EpochStep[] {
    // Of an earlier epoch it says nothing of this one; a later one is not known here yet.
    if (epoch !== this.#view?.epoch || !this.#view.others.has(identity)) {
      return [];
    }
    this.#ready.add(identity);
    this.#heard.add(identity);
    return this.tick(nowMs);
  }

  /** It became known who the hosts are: who comes in does not know it at once. */
  know(hosts: ReadonlySet<string>, nowMs: number): readonly EpochStep[] {
    if (this.#view !== undefined) this.#view = { ...this.#view, hosts };
    return this.tick(nowMs);
  }

  /** Time has passed. */
  tick(nowMs: number): readonly EpochStep[] {
    if (this.#view === undefined || this.#pending === undefined || !this.#isDue(nowMs)) {
      return [];
    }
    this.#pending = undefined;
    this.#isSending = true;
    this.#lastSwitchMs = nowMs;
    const isForNewcomers = this.#hasNewcomers;
    this.#hasNewcomers = false;
    return [{ kind: 'switch', epoch: this.#view.epoch, isForNewcomers }];
  }

  #begin(epoch: number): readonly EpochStep[] {
    const isAnew = this.#view !== undefined && epoch <= this.#view.epoch;
    this.#heard = new Set();
    this.#isSending = false;
    return [{ kind: isAnew ? 'forget' : 'stop' }];
  }

  #isDue(nowMs: number): boolean {
    if (!this.#isSending) {
      const { others, hosts } = this.#view ?? { others: new Set(), hosts: new Set() };
      return mayJoinerSend(others, hosts, this.#heard, this.#isHost);
    }
    return this.dueMs !== undefined && nowMs >= this.dueMs;
  }

  #wait(cause: EpochCause, nowMs: number): Pending {
    const latestMs = Math.min(
      this.#pending?.latestMs ?? Infinity,
      nowMs + (cause === 'removal' ? REMOVAL_MS : PATIENCE_MS),
    );
    const earliestMs = cause === 'removal' ? nowMs : this.#lastSwitchMs + COALESCE_MS;
    return { earliestMs: Math.min(earliestMs, this.#pending?.earliestMs ?? Infinity), latestMs };
  }

  #isEverybodyReady(): boolean {
    return [...(this.#view?.others ?? [])].every((one) => this.#ready.has(one));
  }
}
