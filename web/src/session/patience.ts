import type { Connection, Ending, Setbacks } from './call';
import { RequestError } from './request_error';
import type { Departure } from './room_port';

/** How long a call that has lost its server goes on trying, and its keys are kept. */
export const KEPT_MS = 10 * 60_000;

/** Longest wait between two attempts, where the server doesn't ask for more. */
export const MAX_PAUSE_MS = 5_000;

const FIRST_PAUSE_MS = 300;

// A server may ask for patience, but not for more than people have.
const MAX_RETRY_AFTER_MS = 60_000;

// A connection that lasted so long was a good one: the next trouble is a new one.
const GOOD_AFTER_MS = 10_000;

// Who is refused comes back more slowly: the answer is not about to change.
const REFUSED_PAUSE_MS = 15_000;

/** What went wrong last. */
export type Setback =
  | { readonly kind: Departure | 'unreachable' | 'not-admitted' | 'host-mismatch' }
  | { readonly kind: 'too-many'; readonly retryAfterMs: number };

/** What a failed knock is. */
export function setbackOf(error: unknown): Setback {
  const fault = error instanceof RequestError ? error.fault : undefined;
  switch (fault?.kind) {
    case 'not-admitted':
    case 'host-mismatch':
      return { kind: fault.kind };
    case 'too-many':
      return {
        kind: 'too-many',
        retryAfterMs: Math.min(fault.retryAfterS * 1_000, MAX_RETRY_AFTER_MS),
      };
    default:
      return { kind: 'unreachable' };
  }
}

/** Before anything went wrong. */
export const NO_SETBACKS: Setbacks = { serverSaid: undefined, failedReturns: 0, deadAddresses: 0 };

/** Decides how often, how fast and how long a call tries to come back. */
export class Patience {
  readonly #time: { now(): number; random(): number };
  #sinceMs: number | undefined;
  #connectedAtMs: number | undefined;
  #attempt = 0;
  #failures = 0;
  #wasAdmitted = false;
  #setbacks: Setbacks = NO_SETBACKS;

  constructor(time: { now(): number; random(): number }) {
    this.#time = time;
  }

  /** A connection stands. */
  connected(): void {
    this.#connectedAtMs = this.#time.now();
    this.#sinceMs = undefined;
    this.#attempt = 0;
    this.#wasAdmitted = false;
    this.#setbacks = NO_SETBACKS;
  }

  /** The server gave out a ticket, whatever comes of it. */
  admitted(): void {
    this.#wasAdmitted = true;
  }

  /** What went wrong since a connection stood. */
  get setbacks(): Setbacks {
    return this.#setbacks;
  }

  /** The transport tries on its own. */
  transportTries(attempt: number): void {
    this.#sinceMs ??= this.#time.now();
    this.#attempt = attempt;
  }

  /** Takes a setback; answers an ending when there is nothing left to try. */
  after(setback: Setback): Ending | undefined {
    this.#count(setback);
    if (setback.kind === 'replaced' || setback.kind === 'breached') {
      return setback.kind;
    }
    const lastedMs = this.#time.now() - (this.#sinceMs ?? this.#time.now());
    return lastedMs < KEPT_MS ? undefined : 'lost';
  }

  /** The trouble that we are in. */
  trouble(): Connection {
    return {
      kind: 'trouble',
      sinceMs: this.#sinceMs ?? this.#time.now(),
      attempt: Math.max(1, this.#attempt),
      setbacks: this.#setbacks,
    };
  }

  /** How long to wait before the next attempt; jittered, so that a full room doesn't come at once. */
  pauseMs(setback: Setback): number {
    const isRefused = this.#setbacks.failedReturns > 1;
    const longest = isRefused ? REFUSED_PAUSE_MS : MAX_PAUSE_MS;
    const base = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), longest);
    const jittered = base * (0.5 + this.#time.random() / 2);
    return setback.kind === 'too-many' ? Math.max(jittered, setback.retryAfterMs) : jittered;
  }

  #count(setback: Setback): void {
    const now = this.#time.now();
    if (this.#connectedAtMs !== undefined && now - this.#connectedAtMs >= GOOD_AFTER_MS) {
      this.#failures = 0;
    }
    this.#connectedAtMs = undefined;
    this.#sinceMs ??= now;
    this.#attempt += 1;
    this.#failures += 1;
    this.#setbacks = setbacksAfter(this.#setbacks, setback, this.#wasAdmitted);
    this.#wasAdmitted = false;
  }
}

/** @param wasAdmitted - it came to nothing though there was a ticket: the server is there. */
function setbacksAfter(before: Setbacks, { kind }: Setback, wasAdmitted: boolean): Setbacks {
  const isRefusal = kind === 'not-admitted' || kind === 'host-mismatch';
  // A server that says when there is room again keeps nobody out.
  const isAnswered = isRefusal || wasAdmitted;
  return {
    serverSaid: isRefusal ? 'refusal' : kind === 'dismissed' ? 'leave' : before.serverSaid,
    failedReturns: before.failedReturns + (isAnswered ? 1 : 0),
    deadAddresses: kind === 'unreachable' ? 1 : 0,
  };
}
