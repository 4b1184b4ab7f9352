import { parseReadiness } from '../protocol/readiness';

/** How long the server may take to answer before it counts as unreachable. */
export const ANSWER_DEADLINE_MS = 5_000;

/** What the page knows about the server. */
export type Readiness =
  | { readonly kind: 'checking'; readonly isRetry: boolean }
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-ready'; readonly reasons: readonly string[] }
  | { readonly kind: 'unreachable' };

/** The part of `fetch` that is used here. */
export type Ask = (
  url: string,
  init: { readonly cache: 'no-store'; readonly signal: AbortSignal },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

/** The server's readiness: starts as `checking`; `check()` asks, and asks again on retry. */
export class ReadinessModel {
  readonly #ask: Ask;
  readonly #listeners = new Set<(value: Readiness) => void>();
  #value: Readiness = { kind: 'checking', isRetry: false };
  #asking: AbortController | undefined;

  /** @param ask - usually `fetch`. */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Calls `listener` now and at each change, until the returned function is called. */
  subscribe(listener: (value: Readiness) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#value);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the server. A newer check replaces one that is still waiting. Never rejects. */
  async check(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#set({ kind: 'checking', isRetry: hasFailed(this.#value) });
    const answer = await this.#answer(asking.signal);
    if (!asking.signal.aborted) {
      this.#set(answer);
    }
  }

  /** Stops waiting; the value stays as it is. */
  close(): void {
    this.#asking?.abort();
    this.#listeners.clear();
  }

  async #answer(closed: AbortSignal): Promise<Readiness> {
    const signal = AbortSignal.any([closed, AbortSignal.timeout(ANSWER_DEADLINE_MS)]);
    try {
      const response = await this.#ask('/readyz', { cache: 'no-store', signal });
      const answer = parseReadiness(response.status, await response.text());
      return answer.isReady ? { kind: 'ready' } : { kind: 'not-ready', reasons: answer.reasons };
    } catch {
      return { kind: 'unreachable' };
    }
  }

  #set(value: Readiness): void {
    this.#value = value;
    for (const listener of this.#listeners) {
      listener(value);
    }
  }
}

/** Whether the last word on the server was a bad one; the way to ask again is shown then. */
export function hasFailed(value: Readiness): boolean {
  switch (value.kind) {
    case 'checking':
      return value.isRetry;
    case 'ready':
      return false;
    case 'not-ready':
    case 'unreachable':
      return true;
  }
}
