import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import type { Connection, Setbacks } from '../session/call';
import { KEPT_MS, NO_SETBACKS } from '../session/patience';
import { nameOfEnding, type EndingFacts, type EndingName } from './ending_name';

/** Trouble that lasts so long is no hiccup any more: people are told, and can go. */
export const INTERRUPTED_AFTER_MS = 30_000;

// A node that says that it stops does so at once. Later on, its word explains nothing.
const DRAIN_MS = 60_000;

// After so many answers of the server, waiting for another one has no sense.
const MIN_RETURNS = 2;

/** What an ending is called, and by what. */
export interface Told {
  readonly name: EndingName;
  readonly facts: EndingFacts;
}

/** A call that has stopped, and goes on when there is a way: the keys are kept. */
export interface Interruption extends Told {
  /** How long the call had lasted. */
  readonly lastedMs: number;
  /** How long the keys are kept: milliseconds since 1970, by the clock of this device. */
  readonly keptUntilWallMs: number;
}

/** What other members have signed of the time since a moment on the clock. */
export interface Witnessed {
  readonly attestations: number;
  readonly othersLost: number;
}

interface Parts {
  readonly connection: Observable<Connection>;
  readonly clock: Clock;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  readonly witnessed: (sinceMs: number) => Witnessed;
  /** Whether the meeting's time is over. */
  readonly hasExpired: () => boolean;
}

type Known = Pick<EndingFacts, 'own' | 'hostAct'>;

/** Collects what is known of why a call stops, and says what that is called. */
export class EndingWatch {
  readonly #parts: Parts;
  readonly #interruption = new Subject<Interruption | undefined>(undefined);
  readonly #ended = new Subject<Told | undefined>(undefined);
  readonly #stop: () => void;
  #cancel: () => void = () => undefined;
  readonly #beganMs: number;
  #sinceMs: number | undefined;
  #setbacks: Setbacks = NO_SETBACKS;
  #drainedAtMs: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#beganMs = parts.clock.now();
    this.#stop = parts.connection.subscribe((connection) => {
      this.#follow(connection);
    });
  }

  /** Undefined while the call goes on, or is over. */
  get interruption(): Observable<Interruption | undefined> {
    return this.#interruption;
  }

  /** Undefined while the call goes on, or may. Final. */
  get ended(): Observable<Told | undefined> {
    return this.#ended;
  }

  /** What is known of the trouble that the call is in, or was in last. */
  get facts(): EndingFacts {
    return this.#factsWith({});
  }

  /** The person goes. Who waits no longer for a call that was cut has not left it. */
  leave(): void {
    this.#end(this.#interruption.value === undefined ? { own: 'left' } : {});
  }

  /** An act that puts this device out stands in the chain; it was verified. */
  removed(): void {
    this.#end({ hostAct: 'removal' });
  }

  /** The node has signed that it stops; it was verified. */
  drained(): void {
    this.#drainedAtMs = this.#parts.clock.now();
    this.refresh();
  }

  /** Others may have signed something. */
  refresh(): void {
    if (this.#interruption.value !== undefined) this.#interrupt();
  }

  close(): void {
    this.#stop();
    this.#cancel();
  }

  #follow(connection: Connection): void {
    this.#cancel();
    if (connection.kind === 'trouble') {
      this.#trouble(connection);
    } else if (connection.kind === 'ended') {
      this.#setbacks = connection.setbacks;
      this.#end(connection.why === 'lost' ? {} : { own: connection.why });
    } else if (connection.kind === 'connected') {
      if (this.#sinceMs !== undefined) this.#drainedAtMs = undefined;
      this.#sinceMs = undefined;
      this.#interruption.set(undefined);
    }
  }

  #trouble({ sinceMs, setbacks }: Extract<Connection, { kind: 'trouble' }>): void {
    this.#sinceMs = sinceMs;
    this.#setbacks = setbacks;
    const leftMs = sinceMs + INTERRUPTED_AFTER_MS - this.#parts.clock.now();
    const isShutOut = setbacks.serverSaid !== undefined && setbacks.failedReturns >= MIN_RETURNS;
    if (leftMs <= 0 || isShutOut) {
      this.#interrupt();
    } else {
      this.#cancel = this.#parts.clock.after(leftMs, () => {
        this.#interrupt();
      });
    }
  }

  #interrupt(): void {
    const { facts } = this;
    const { clock, wallNow } = this.#parts;
    const sinceMs = this.#sinceMs ?? clock.now();
    const keptUntilWallMs = wallNow() + KEPT_MS - (clock.now() - sinceMs);
    const lastedMs = sinceMs - this.#beganMs;
    this.#interruption.set({ name: nameOfEnding(facts), facts, lastedMs, keptUntilWallMs });
  }

  #end(known: Known): void {
    if (this.#ended.value !== undefined) {
      return;
    }
    this.#cancel();
    const facts = this.#factsWith(known);
    this.#interruption.set(undefined);
    this.#ended.set({ name: nameOfEnding(facts), facts });
  }

  #factsWith(known: Known): EndingFacts {
    const sinceMs = this.#sinceMs ?? this.#parts.clock.now();
    const drainedAtMs = this.#drainedAtMs;
    return {
      ...known,
      ...this.#setbacks,
      ...this.#parts.witnessed(sinceMs),
      hasExpired: this.#parts.hasExpired(),
      isDrained: drainedAtMs !== undefined && sinceMs - drainedAtMs < DRAIN_MS,
    };
  }
}
