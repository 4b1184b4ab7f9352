import type { Clock } from '../src/observable/clock';

interface Alarm {
  readonly atMs: number;
  readonly act: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** The time of this machine, of which tests leave out what they would only wait for. */
export class SkippingClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #skippedMs = 0;

  now(): number {
    return performance.now() + this.#skippedMs;
  }

  after(ms: number, act: () => void): () => void {
    const alarm: Alarm = { atMs: this.now() + ms, act, timer: undefined };
    this.#alarms.add(alarm);
    this.#set(alarm);
    return () => {
      clearTimeout(alarm.timer);
      this.#alarms.delete(alarm);
    };
  }

  /** It is later at once: what is due happens in order, what is set meanwhile waits. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const waiting = [...this.#alarms].sort((one, other) => one.atMs - other.atMs);
    for (const alarm of waiting) {
      clearTimeout(alarm.timer);
      this.#set(alarm);
    }
  }

  #set(alarm: Alarm): void {
    alarm.timer = setTimeout(() => {
      this.#alarms.delete(alarm);
      alarm.act();
    }, Math.max(0, alarm.atMs - this.now()));
  }
}
