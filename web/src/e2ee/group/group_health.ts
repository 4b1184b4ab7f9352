import type { AckReading } from './group_keys';

/** No heartbeat for so long: something may be wrong. */
export const SILENT_AFTER_MS = 30_000;

/** No heartbeat for so long: the group can't be reached. */
export const CUT_AFTER_MS = 100_000;

// Entries and acknowledgements overtake each other by less.
const STALE_AFTER_MS = 5_000;

/** How the group is, for people to see. */
export type GroupHealth =
  | { readonly kind: 'well' }
  /** Nobody has said that the group stands. */
  | { readonly kind: 'silent'; readonly sinceMs: number }
  | { readonly kind: 'cut'; readonly sinceMs: number }
  /** Others are in an epoch that has not reached this device. */
  | { readonly kind: 'stale-epoch'; readonly sinceMs: number }
  /** These identities have signed to see another group. */
  | { readonly kind: 'diverged'; readonly identities: readonly string[] };

/** Makes named states of what members sign, and of what they don't. */
export class HealthWatch {
  readonly #dissent = new Map<string, number>();
  /** Who has signed to be in a later epoch, and since when. */
  readonly #ahead = new Map<string, number>();
  #heardMs: number;
  #aheadSinceMs: number | undefined;

  constructor(nowMs: number) {
    this.#heardMs = nowMs;
  }

  /** Somebody's heartbeat. */
  heard(identity: string, epoch: number, agrees: boolean, nowMs: number): void {
    this.#heardMs = nowMs;
    this.#judge(identity, epoch, agrees);
  }

  /** Somebody's acknowledgement. */
  acknowledged({ identity, epoch, agrees }: AckReading, ownEpoch: number, nowMs: number): void {
    if (epoch > ownEpoch) {
      this.ahead(nowMs);
      if (!this.#ahead.has(identity)) this.#ahead.set(identity, nowMs);
    } else if (epoch === ownEpoch) {
      this.#judge(identity, epoch, agrees);
    }
  }

  /**
   * Who is in another group or epoch.
   *
   * @param here - who has signed to have this epoch's secrets: they are here, whatever else they heard; but
   *   not any more if they have gone on to an epoch that has not come here for seconds.
   */
  elsewhere(here: ReadonlySet<string>, nowMs: number): ReadonlySet<string> {
    const dissenting = [...this.#dissent.keys()].filter((identity) => !here.has(identity));
    const ahead = [...this.#ahead].filter(([, sinceMs]) => nowMs - sinceMs >= STALE_AFTER_MS);
    return new Set([...dissenting, ...ahead.map(([identity]) => identity)]);
  }

  /** Somebody has signed to have read past what began this epoch, and to be in an earlier one. */
  contradicted(identity: string, ownEpoch: number): void {
    this.#judge(identity, ownEpoch, false);
  }

  /** Something came of an epoch that this device is not in. */
  ahead(nowMs: number): void {
    this.#aheadSinceMs ??= nowMs;
  }

  /** This device is in another epoch. */
  moved(): void {
    this.#ahead.clear();
    this.#aheadSinceMs = undefined;
  }

  /** Somebody is not a member any more. */
  forget(identity: string): void {
    this.#dissent.delete(identity);
    this.#ahead.delete(identity);
  }

  /** This device has joined anew. Who was elsewhere is so until they have signed something else. */
  restart(nowMs: number): void {
    for (const identity of this.#dissent.keys()) {
      // Another group may have begun, whose epochs count anew.
      this.#dissent.set(identity, -1);
    }
    this.#ahead.clear();
    this.#aheadSinceMs = undefined;
    this.#heardMs = nowMs;
  }

  health(nowMs: number, isAlone: boolean): GroupHealth {
    if (this.#dissent.size > 0) {
      return { kind: 'diverged', identities: [...this.#dissent.keys()].sort() };
    }
    const aheadMs = this.#aheadSinceMs;
    if (aheadMs !== undefined && nowMs - aheadMs >= STALE_AFTER_MS) {
      return { kind: 'stale-epoch', sinceMs: aheadMs };
    }
    const silentMs = isAlone ? 0 : nowMs - this.#heardMs;
    if (silentMs >= SILENT_AFTER_MS) {
      return { kind: silentMs >= CUT_AFTER_MS ? 'cut' : 'silent', sinceMs: this.#heardMs };
    }
    return { kind: 'well' };
  }

  #judge(identity: string, epoch: number, agrees: boolean): void {
    const since = this.#dissent.get(identity);
    if (!agrees) {
      this.#dissent.set(identity, since ?? epoch);
    } else if (since !== undefined && epoch > since) {
      this.#dissent.delete(identity);
    }
  }
}
