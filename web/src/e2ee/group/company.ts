import type { Clock } from '../../observable/clock';
import type { GroupView } from './group_keys';

// Time for the others to acknowledge the epoch that a join made; doubled each time.
const ALONE_AFTER_MS = 8_000;
const MAX_TRIES = 3;

interface Parts {
  readonly clock: Clock;
  readonly view: () => GroupView | undefined;
  readonly ready: () => ReadonlySet<string>;
  readonly onAlone: () => void;
}

/** A join on top of a GroupInfo that the others don't know leaves a device alone: it tries again. */
export class Company {
  readonly #parts: Parts;
  #tries = 0;
  #stop: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** This device has joined. */
  watch({ epoch, roster }: GroupView): void {
    this.stop();
    if (roster.length === 1 || this.#tries >= MAX_TRIES) {
      return;
    }
    this.#stop = this.#parts.clock.after(ALONE_AFTER_MS * 2 ** this.#tries, () => {
      if (this.#parts.ready().size > 0 || this.#parts.view()?.epoch !== epoch) {
        this.#tries = 0;
      } else {
        this.#tries += 1;
        this.#parts.onAlone();
      }
    });
  }

  stop(): void {
    this.#stop?.();
  }
}
