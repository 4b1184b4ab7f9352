import type { Connection, Ending } from './call';
import { RequestError } from './request_error';
import type { Departure } from './room_port';

/** How long a call that has lost its server goes on trying. */
export const GIVE_UP_AFTER_MS = 15 * 60_000;

/** Longest wait between two attempts, where the server doesn't ask for more. */
export const MAX_PAUSE_MS = 5_000;

const FIRST_PAUSE_MS = 300;

// A server may ask for patience, but not for more than people have.
const MAX_RETRY_AFTER_MS = 60_000;

// A connection that lasted so long was a good one: the next trouble is a new one.
const GOOD_AFTER_MS = 10_000;

// One refusal may be a race with a server that is starting; two are an answer.
const MAX_REFUSALS = 2;

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

/** Decides how often, how fast and how long a call tries to come back. */
export class Patience {
  readonly #time: { now(): number; random(): number };
  #sinceMs: number | undefined;
  #connectedAtMs: number | undefined;
  #attempt = 0;
  #failures = 0;
  #refusals = 0;
  #hasServerStopped = false;

  constructor(time: { now(): number; random(): number }) {
    this.#time = time;
  }

  /** A connection stands. */
  connected(): void {
    this.#connectedAtMs = this.#time.now();
    this.#sinceMs = undefined;
    this.#attempt = 0;
    this.#hasServerStopped = false;
  }

  /** The server let us in, whatever comes of it. */
  admitted(): void {
    this.#refusals = 0;
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
    if (setback.kind === 'host-mismatch' || this.#refusals >= MAX_REFUSALS) {
      return 'refused';
    }
    const lastedMs = this.#time.now() - (this.#sinceMs ?? this.#time.now());
    if (lastedMs < GIVE_UP_AFTER_MS) {
      return undefined;
    }
    return this.#hasServerStopped ? 'server-stopped' : 'lost';
  }

  /** The trouble that we are in. */
  trouble(): Connection {
    return {
      kind: 'trouble',
      sinceMs: this.#sinceMs ?? this.#time.now(),
      attempt: Math.max(1, this.#attempt),
    };
  }

  /** How long to wait before the next attempt; jittered, so that a full room doesn't come at once. */
  pauseMs(setback: Setback): number {
    const base = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS);
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
    this.#refusals = setback.kind === 'not-admitted' ? this.#refusals + 1 : this.#refusals;
    this.#hasServerStopped ||= setback.kind === 'server-stopped';
  }
}
