import type { Clock } from './clock';

interface Alarm {
  readonly atMs: number;
  readonly act: () => void;
}

/** A clock that stands still until a test moves it, one alarm after the other. */
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

  /** Lets time pass to the next alarm within `ms`; what is left of them. */
  step(ms: number): number {
    const untilMs = this.#nowMs + ms;
    const [next] = [...this.#alarms]
      .filter((alarm) => alarm.atMs <= untilMs)
      .sort((one, other) => one.atMs - other.atMs);
    if (next === undefined) {
      this.#nowMs = untilMs;
      return 0;
    }
    this.#alarms.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.act();
    return untilMs - this.#nowMs;
  }
}
