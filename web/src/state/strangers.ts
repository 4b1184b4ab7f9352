import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';

/** Who comes is at the server first, and in the group when it is their turn; in a crowd that takes seconds. */
export const STRANGER_MS = 20_000;

/** How many are connected to the server and are not in the group: they have no keys, and are nobody here. */
export class Strangers {
  readonly #clock: Clock;
  readonly #count = new Subject(0);
  /** Since when each has been there. */
  #since = new Map<string, number>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): Observable<number> {
    return this.#count;
  }

  /** @param members - undefined: this device is no member, and can't tell. */
  update(atServer: readonly string[], members: ReadonlySet<string> | undefined): void {
    const now = this.#clock.now();
    const strangers = members === undefined ? [] : atServer.filter((one) => !members.has(one));
    this.#since = new Map(strangers.map((one) => [one, this.#since.get(one) ?? now]));
    this.#look();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    this.close();
    const now = this.#clock.now();
    const waiting = [...this.#since.values()].filter((since) => now - since < STRANGER_MS);
    const count = this.#since.size - waiting.length;
    if (count !== this.#count.value) this.#count.set(count);
    if (waiting.length > 0) {
      const nextMs = Math.min(...waiting) + STRANGER_MS - now;
      this.#cancel = this.#clock.after(nextMs, () => {
        this.#look();
      });
    }
  }
}
