/** How far this device has read in the order, and whether that is all there was when it connected. */
export class OrderPosition {
  #position: number | null = null;
  #syncAt: number | undefined;
  #waiting: (() => void)[] = [];
  readonly #onSynced: () => void;

  /** @param onSynced - everything has come that was in the order when the connection came back. */
  constructor(onSynced: () => void) {
    this.#onSynced = onSynced;
  }

  /** The last sequence number that was handled; null before the first connection. */
  get last(): number | null {
    return this.#position;
  }

  /** Whether what comes now was in the order before the connection came back. */
  get isLate(): boolean {
    return this.#syncAt !== undefined;
  }

  /** The server says where the order stands. */
  welcomed(seq: number, hasGroup: boolean): void {
    this.#syncAt = seq;
    if (this.#position === null || !hasGroup) {
      this.#position = seq;
    }
    this.reached();
  }

  /** What lies before is not held any more. */
  skipTo(seq: number): void {
    this.#position = seq;
    this.reached();
  }

  /** Whether an entry is new; from now on it is not. */
  take(seq: number): boolean {
    if (this.#position !== null && seq <= this.#position) {
      return false;
    }
    this.#position = seq;
    return true;
  }

  /** Everything up to the position is handled. */
  reached(): void {
    if (this.#syncAt === undefined || (this.#position ?? 0) < this.#syncAt) {
      return;
    }
    this.#syncAt = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) {
      resolve();
    }
    this.#onSynced();
  }

  /** Resolves once the next connection has brought everything that was missed. */
  synced(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
