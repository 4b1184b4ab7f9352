import type { FrameReport } from '../e2ee/frames/frame_tally';
import { SLOTS, type Slot, type SlotName } from '../e2ee/frames/slot';
import { encodeCounters, parseCounters, type SlotCounters } from '../e2ee/frames/slot_counters';
import type { ReceivedMessage } from '../e2ee/group/group_keys';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import type { Participant } from '../session/call';

/** How often members sign how much they have sent. */
export const COUNT_MS = 10_000;

// A little early is a busy network. Who signs faster than that is not counted faster, so nobody can have
// the server accused within moments.
const MIN_APART_MS = 0.8 * COUNT_MS;

// Silence is a frame now and then: of fewer none may have been due yet.
const MIN_FRAMES = 20;

/** What doesn't arrive of whom, though they have signed that they send it, and it is wanted here. */
export type Undelivered = ReadonlyMap<string, readonly SlotName[]>;

/** Media as they are encrypted, and what members sign of them. */
export interface MediaPort {
  /** The epoch whose keys seal what is sent; undefined: nothing is sealed, so nothing is sent. */
  readonly sealing: Observable<number | undefined>;
  /** What encrypts has not loaded, or has died: nothing is sent or played. */
  readonly isBroken: Observable<boolean>;
  /** What went through the worker. */
  report(): Promise<FrameReport>;
  /** Signs a `counters` message for the others. */
  sendCounters(body: Bytes): void;
  /** Calls back with the `counters` of others, until the returned function is called. */
  onCounters(listener: (message: CountersMessage) => void): () => void;
}

type CountersMessage = Pick<ReceivedMessage, 'from' | 'body'>;

interface Parts {
  readonly clock: Clock;
  readonly media: MediaPort;
  /** Whether this device asks the server for it: all sound, and pictures that are shown. */
  readonly isWanted: (identity: string, slot: SlotName) => boolean;
}

/** What was sent and what had come by the time that it was said. */
interface Count {
  readonly sent: number;
  readonly came: number;
  readonly isWanted: boolean;
  /** How often in a row nothing came of what was sent. */
  readonly misses: number;
}

/** What was counted last of somebody, and when. */
interface Counted {
  readonly atMs: number;
  readonly slots: ReadonlyMap<Slot, Count>;
}

// Once may be a sender who was in trouble with the network, and is back.
const MAX_MISSES = 2;

/** Compares what members have signed to send with what arrives: a server that mutes somebody is seen. */
export class DeliveryModel {
  readonly #parts: Parts;
  readonly #undelivered = new Subject<Undelivered>(new Map());
  readonly #counted = new Map<string, Counted>();
  readonly #stops: readonly (() => void)[];
  #lastSent: readonly number[] = [];
  #cancel: () => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cancel = this.#countLater();
    this.#stops = [
      parts.media.onCounters((message) => {
        if (!parts.media.isBroken.value) void this.#take(message);
      }),
      parts.media.isBroken.subscribe(() => {
        this.startAnew();
      }),
    ];
  }

  get undelivered(): Observable<Undelivered> {
    return this.#undelivered;
  }

  /** Nothing is sent or played here, whatever the server does. */
  get isBroken(): Observable<boolean> {
    return this.#parts.media.isBroken;
  }

  /** What is none, or comes too soon after the last one, changes nothing. */
  async #take({ from: { identity }, body }: CountersMessage): Promise<void> {
    const counters = parseCounters(body);
    const atMs = this.#parts.clock.now();
    const before = this.#counted.get(identity);
    if (counters === undefined || atMs - (before?.atMs ?? -Infinity) < MIN_APART_MS) {
      return;
    }
    const slots = before?.slots ?? new Map<Slot, Count>();
    // At once: what comes before the worker has answered is too soon, too.
    const begun = { atMs, slots };
    this.#counted.set(identity, begun);
    const report = await this.#parts.media.report();
    if (this.#counted.get(identity) !== begun) {
      return;
    }
    const now = this.#countsOf(identity, slots, counters, report);
    this.#counted.set(identity, { atMs, slots: now });
    const missing = SLOTS.filter((_, at) => (now.get(at as Slot)?.misses ?? 0) >= MAX_MISSES);
    this.#say(identity, missing);
  }

  /** This device had no connection, or has another one: what was counted before says nothing. */
  startAnew(): void {
    this.#counted.clear();
    this.#undelivered.set(new Map());
  }

  /** Forgets who is not there any more. */
  keepOnly(people: ReadonlySet<string>): void {
    for (const identity of this.#counted.keys()) {
      if (!people.has(identity)) {
        this.#counted.delete(identity);
        this.#say(identity, []);
      }
    }
  }

  close(): void {
    this.#cancel();
    for (const stop of this.#stops) {
      stop();
    }
  }

  #countsOf(
    identity: string,
    before: ReadonlyMap<Slot, Count>,
    counters: SlotCounters,
    report: FrameReport,
  ): Map<Slot, Count> {
    const came = new Map(
      report.received.flatMap((one) => (one.identity === identity ? [[one.slot, one.frames]] : [])),
    );
    return new Map(
      [...counters].map(([slot, sent]) => {
        const isWanted = this.#parts.isWanted(identity, SLOTS[slot]);
        const now = { sent, came: came.get(slot) ?? 0, isWanted };
        return [slot, { ...now, misses: missesOf(before.get(slot), now) }];
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
    const { sent } = await this.#parts.media.report();
    if (sent.join() !== this.#lastSent.join()) {
      this.#lastSent = sent;
      const counters = sent.flatMap((frames, slot) => (frames > 0 ? [[slot as Slot, frames]] : []));
      this.#parts.media.sendCounters(encodeCounters(new Map(counters as [Slot, number][])));
    }
  }
}

function missesOf(before: Count | undefined, now: Omit<Count, 'misses'>): number {
  const isMissing =
    before !== undefined &&
    before.isWanted &&
    now.isWanted &&
    now.sent - before.sent >= MIN_FRAMES &&
    now.came === before.came;
  return isMissing ? before.misses + 1 : 0;
}

/** What this device asks the server for: all sound that is on, and pictures that are shown. */
export class Wanted {
  readonly #participants: Observable<readonly Participant[]>;
  readonly #shown = new Set<string>();

  constructor(participants: Observable<readonly Participant[]>) {
    this.#participants = participants;
  }

  shown(publicationId: string, isShown: boolean): void {
    if (isShown) this.#shown.add(publicationId);
    else this.#shown.delete(publicationId);
  }

  has(identity: string, slot: SlotName): boolean {
    const participant = this.#participants.value.find((one) => one.identity === identity);
    const publication = participant?.publications.find(({ source }) => source === slot);
    const isSound = slot === 'microphone' || slot === 'screen-audio';
    return (
      publication !== undefined &&
      !publication.isMuted &&
      (isSound || this.#shown.has(publication.id))
    );
  }
}
