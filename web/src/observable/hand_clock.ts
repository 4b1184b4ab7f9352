import type { Clock } from './clock';

interface Alarm {
  readonly atMs: number;
  readonly act: () => void;
}

/** A clock that stands still until a test moves it. */
export class HandClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #nowMs = 1_000_000;

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
    while (this.#ring(untilMs)) {
      // What rang may have set another alarm within this time.
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass to the next alarm within `ms`; what is left of them. */
  step(ms: number): number {
    const untilMs = this.#nowMs + ms;
    if (!this.#ring(untilMs)) {
      this.#nowMs = untilMs;
    }
    return untilMs - this.#nowMs;
  }

  /** How many things still wait; none may after a close. */
  get waiting(): number {
    return this.#alarms.size;
  }

  /** Lets the first alarm ring that is due by a time; whether there was one. */
  #ring(untilMs: number): boolean {
    const [next] = [...this.#alarms]
      .filter((alarm) => alarm.atMs <= untilMs)
      .sort((one, other) => one.atMs - other.atMs);
    if (next === undefined) {
      return false;
    }
    this.#alarms.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.act();
    return true;
  }
}
