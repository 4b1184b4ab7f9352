/** Which counters of one key were taken already. Only what is authentic may move it. */
export class ReplayWindow {
  readonly #taken: Uint8Array;
  #highest = -1;

  /** @param size - how far behind the highest counter one may be and still be taken. */
  constructor(size: number) {
    this.#taken = new Uint8Array(size);
  }

  /** The highest counter that was taken; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether a counter could be taken. Changes nothing. */
  isFresh(counter: number): boolean {
    const size = this.#taken.length;
    return (
      counter > this.#highest ||
      (counter > this.#highest - size && this.#taken[counter % size] === 0)
    );
  }

  /** Takes a counter, once; false if it was taken before or is too old. */
  take(counter: number): boolean {
    if (!this.isFresh(counter)) {
      return false;
    }
    const size = this.#taken.length;
    if (counter - this.#highest >= size) {
      this.#taken.fill(0);
    } else {
      for (let passed = this.#highest + 1; passed < counter; passed++) {
        this.#taken[passed % size] = 0;
      }
    }
    this.#taken[counter % size] = 1;
    this.#highest = Math.max(this.#highest, counter);
    return true;
  }
}
