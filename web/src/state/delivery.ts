import type { FrameReport } from '../e2ee/frames/frame_tally';
import { SLOTS, type Slot, type SlotName } from '../e2ee/frames/slot';
import { encodeCounters, parseCounters, type SlotCounters } from '../e2ee/frames/slot_counters';
import type { ReceivedMessage } from '../e2ee/group/group_keys';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';

/** How often members sign how much they have sent. */
export const COUNT_MS = 10_000;

// Silence is a frame now and then: of fewer none may have been due yet.
const MIN_FRAMES = 20;

/** What doesn't arrive of whom, though they have signed that they send it, and it is wanted here. */
export type Undelivered = ReadonlyMap<string, readonly SlotName[]>;

interface Parts {
  readonly clock: Clock;
  readonly send: (body: Bytes) => boolean;
  /** What went through the worker. */
  readonly report: () => Promise<FrameReport>;
  /** Whether this device asks the server for it: all sound, and pictures that are shown. */
  readonly isWanted: (identity: string, slot: SlotName) => boolean;
}

/** What was sent and what had come by the time that it was said. */
interface Count {
  readonly sent: number;
  readonly came: number;
  readonly isWanted: boolean;
}

/** Compares what members have signed to send with what arrives: a server that mutes somebody is seen. */
export class DeliveryModel {
  readonly #parts: Parts;
  readonly #undelivered = new Subject<Undelivered>(new Map());
  readonly #counts = new Map<string, Map<Slot, Count>>();
  #lastSent: readonly number[] = [];
  #cancel: () => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cancel = this.#countLater();
  }

  get undelivered(): Observable<Undelivered> {
    return this.#undelivered;
  }

  /** Takes a `counters` message. What is none changes nothing. */
  async take({ from, body }: Pick<ReceivedMessage, 'from' | 'body'>): Promise<void> {
    const counters = parseCounters(body);
    if (counters === undefined) {
      return;
    }
    const { identity } = from;
    const now = this.#countsOf(identity, counters, await this.#parts.report());
    const before = this.#counts.get(identity);
    this.#counts.set(identity, now);
    const missing = SLOTS.filter((_, at) => isMissing(before?.get(at as Slot), now.get(at as Slot)));
    this.#say(identity, missing);
  }

  /** Forgets who is no member any more. */
  keepOnly(members: ReadonlySet<string>): void {
    for (const identity of this.#counts.keys()) {
      if (!members.has(identity)) {
        this.#counts.delete(identity);
        this.#say(identity, []);
      }
    }
  }

  close(): void {
    this.#cancel();
  }

  #countsOf(identity: string, counters: SlotCounters, report: FrameReport): Map<Slot, Count> {
    const came = new Map(
      report.received.flatMap((one) => (one.identity === identity ? [[one.slot, one.frames]] : [])),
    );
    return new Map(
      [...counters].map(([slot, sent]) => {
        const isWanted = this.#parts.isWanted(identity, SLOTS[slot]);
        return [slot, { sent, came: came.get(slot) ?? 0, isWanted }];
      }),
    );
  }

  #say(identity: string, missing: readonly SlotName[]): void {
    const before = this.#undelivered.value.get(identity) ?? [];
    if (before.join() !== missing.join()) {
      const others = [...this.#undelivered.value].filter(([one]) => one !== identity);
      const own = missing.length > 0 ? [[identity, missing] as const] : [];
      this.#undelivered.set(new Map([...others, ...own]));
    }
  }

  #countLater(): () => void {
    return this.#parts.clock.after(COUNT_MS, () => {
      this.#cancel = this.#countLater();
      void this.#count();
    });
  }

  async #count(): Promise<void> {
    const { sent } = await this.#parts.report();
    if (sent.join() !== this.#lastSent.join()) {
      this.#lastSent = sent;
      const counters = sent.flatMap((frames, slot) => (frames > 0 ? [[slot as Slot, frames]] : []));
      this.#parts.send(encodeCounters(new Map(counters as [Slot, number][])));
    }
  }
}

function isMissing(before: Count | undefined, now: Count | undefined): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    before.isWanted &&
    now.isWanted &&
    now.sent - before.sent >= MIN_FRAMES &&
    now.came === before.came
  );
}
