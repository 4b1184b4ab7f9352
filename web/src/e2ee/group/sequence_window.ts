// What was sent again may come after what was sent later; more than this is not on its way at once.
const WINDOW = 64;

/** Takes each sequence number of one sender once. */
export class SequenceWindow {
  #highest = 0;
  #first: number | undefined;
  readonly #seen = new Set<number>();

  /** Whether this number is new; from now on it is not. */
  take(sequence: number): boolean {
    if (sequence < 1 || sequence <= this.#highest - WINDOW || this.#seen.has(sequence)) {
      return false;
    }
    this.#first ??= sequence;
    this.#seen.add(sequence);
    this.#highest = Math.max(this.#highest, sequence);
    for (const old of this.#seen) {
      if (old <= this.#highest - WINDOW) {
        this.#seen.delete(old);
      }
    }
    return true;
  }

  /** How many numbers within reach were passed over: messages that were held back. */
  get missing(): number {
    const from = Math.max(this.#first ?? this.#highest + 1, this.#highest - WINDOW + 1);
    return this.#highest - from + 1 - [...this.#seen].filter((one) => one >= from).length;
  }
}
