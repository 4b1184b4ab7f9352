/** A value that changes over time and can be read by everybody. Svelte takes it for a store. */
export interface Observable<T> {
  readonly value: T;
  /** Calls `listener` now and at each change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
}

/** An observable that its owner sets. The same value again (`Object.is`) tells nobody. */
export class Subject<T> implements Observable<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) {
      return;
    }
    this.#value = value;
    for (const listener of [...this.#listeners]) {
      listener(value);
    }
  }

  subscribe(listener: (value: T) => void): () => void {
    // Each call is a subscription of its own, even with one listener twice.
    const own = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(own);
    listener(this.#value);
    return () => this.#listeners.delete(own);
  }
}
