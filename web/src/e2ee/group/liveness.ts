import type { LostClaim } from './commit_data';
import { LOST_AFTER_MS } from './membership_rules';

// As many as the server holds in its backlog.
const MAX_POSITIONS = 4_096;

/** When the entries of the order came, and who has signed to have read how far. */
export class Liveness {
  readonly #signed = new Map<string, number>();
  #positions: { readonly position: number; readonly atMs: number }[] = [];
  #last = -1;

  /** An entry was received. */
  received(position: number, nowMs: number): void {
    if (position <= this.#last) {
      // Numbers only go back when another order has begun: what was signed in the last says nothing.
      this.#signed.clear();
      this.#positions = [];
    }
    this.#positions.push({ position, atMs: nowMs });
    this.#last = position;
    if (this.#positions.length > MAX_POSITIONS) {
      this.#positions = this.#positions.slice(-MAX_POSITIONS / 2);
    }
  }

  /** This device was away: what the others have signed meanwhile is not known here. */
  returned(): void {
    // As if it had all come late: who was there knows better.
    const atMs = Number.NEGATIVE_INFINITY;
    this.#positions = this.#positions.map(({ position }) => ({ position, atMs }));
  }

  /** Somebody has signed to have read so far. It can't be farther than the order goes. */
  signed(leafKey: string, position: number): void {
    const known = this.#signed.get(leafKey) ?? -1;
    this.#signed.set(leafKey, Math.max(known, Math.min(position, this.#last)));
  }

  /** Somebody is not in the group any more. */
  forget(leafKey: string): void {
    this.#signed.delete(leafKey);
  }

  get signedUpTo(): ReadonlyMap<string, number> {
    return this.#signed;
  }

  /** The last position that was received, or -1. */
  get last(): number {
    return this.#last;
  }

  /** Undefined: not received yet. Minus infinity: before what is kept. */
  receivedMs(position: number): number | undefined {
    if (position > this.#last) {
      return undefined;
    }
    const kept = this.#positions.find((one) => one.position >= position);
    return kept?.position === position ? kept.atMs : Number.NEGATIVE_INFINITY;
  }

  /** The last position that came so long ago that who has not signed to have read it is lost. */
  overdue(nowMs: number): number | undefined {
    // What came late came to the others before, but nobody knows when.
    return this.#positions.findLast(
      ({ atMs }) => Number.isFinite(atMs) && nowMs - atMs >= LOST_AFTER_MS,
    )?.position;
  }

  /** What can be claimed of these leaf keys. */
  claims(
    members: readonly { readonly leafKey: LostClaim['leafKey']; readonly key: string }[],
    nowMs: number,
  ): LostClaim[] {
    const position = this.overdue(nowMs);
    return position === undefined
      ? []
      : members
          .filter(({ key }) => (this.#signed.get(key) ?? -1) < position)
          .map(({ leafKey }) => ({ leafKey, position }));
  }
}
