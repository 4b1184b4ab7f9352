import type { Clock } from './clock';

interface Alarm {
  readonly atMs: number;
  readonly act: () => void;
}

/** A clock that stands still until a test moves it. */
export class HandClock implements Clock {
  #nowMs = 1_000_000;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, act: () => void): () => void {
    const alarm = { atMs: this.#nowMs + ms, act };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets time pass; what becomes due happens at its own time, in order. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#nextUntil(untilMs); next !== undefined; next = this.#nextUntil(untilMs)) {
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.act();
    }
    this.#nowMs = untilMs;
  }

  /** How many things still wait; none may after a close. */
  get waiting(): number {
    return this.#alarms.size;
  }

  #nextUntil(untilMs: number): Alarm | undefined {
    return [...this.#alarms]
      .filter((alarm) => alarm.atMs <= untilMs)
      .sort((one, other) => one.atMs - other.atMs)[0];
  }
}
