import type { Clock } from '../../observable/clock';
import { isApart, type Whereabouts } from './apart';
import type { GroupView } from './group_keys';

/** Time for the others to acknowledge the epoch that a join made; doubled each time. */
export const ALONE_AFTER_MS = 8_000;

/** Time for what has been signed to arrive, and for the others to join anew; doubled each time. */
export const APART_AFTER_MS = 3_000;

// Who has been with others for so long has arrived: each of them has signed it twice.
const CALM_MS = 60_000;

const MAX_TRIES = 3;

interface Parts {
  readonly clock: Clock;
  readonly view: () => GroupView | undefined;
  /** Undefined while this device is no member. */
  readonly whereabouts: () => Whereabouts | undefined;
  readonly onStray: (how: 'alone' | 'apart') => void;
}

/**
 * Sees to it that a device is where the others are. One that joined on top of a GroupInfo that the others
 * don't know is alone, or with few; then it joins anew, three times at most, and leaves it at that.
 */
export class Company {
  readonly #parts: Parts;
  #tries = 0;
  #stopWaiting: (() => void) | undefined;
  #apartSinceMs: number | undefined;
  #calmSinceMs: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** This device has joined, or gone its own way into this epoch. */
  watch({ epoch, roster }: GroupView): void {
    this.stop();
    if (roster.length > 1) {
      this.#stopWaiting = this.#parts.clock.after(ALONE_AFTER_MS * 2 ** this.#tries, () => {
        const isAlone = (this.#parts.whereabouts()?.here.size ?? 0) === 0;
        if (isAlone && this.#parts.view()?.epoch === epoch) {
          this.#strays('alone');
        }
      });
    }
  }

  /** Looks around; to be called every few seconds. */
  look(): void {
    const nowMs = this.#parts.clock.now();
    const whereabouts = this.#parts.whereabouts();
    if (whereabouts === undefined || !isApart(whereabouts)) {
      this.#apartSinceMs = undefined;
      this.#countCalm(whereabouts, nowMs);
      return;
    }
    this.#calmSinceMs = undefined;
    this.#apartSinceMs ??= nowMs;
    if (nowMs - this.#apartSinceMs >= APART_AFTER_MS * 2 ** this.#tries) {
      this.#strays('apart');
    }
  }

  stop(): void {
    this.#stopWaiting?.();
    this.#apartSinceMs = undefined;
  }

  #strays(how: 'alone' | 'apart'): void {
    this.#calmSinceMs = undefined;
    if (this.#tries < MAX_TRIES) {
      this.#tries += 1;
      this.stop();
      this.#parts.onStray(how);
    }
  }

  #countCalm(whereabouts: Whereabouts | undefined, nowMs: number): void {
    if (whereabouts === undefined || whereabouts.here.size === 0) {
      this.#calmSinceMs = undefined;
      return;
    }
    this.#calmSinceMs ??= nowMs;
    if (nowMs - this.#calmSinceMs >= CALM_MS) {
      this.#tries = 0;
    }
  }
}
