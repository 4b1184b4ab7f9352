/** What decides who has which place. */
export interface OrderInput {
  /** Who is here, without oneself, by when they came. */
  readonly present: readonly string[];
  readonly speaking: readonly string[];
  /** When somebody last spoke; who is missing has not. */
  readonly lastSpokeMs: ReadonlyMap<string, number>;
  /** How many places the first page has. */
  readonly firstPage: number;
}

/**
 * The next order: nobody changes places, except that
 * newcomers take the end, the first of a later page fills a gap on the first one, and
 * whoever speaks on a later page changes places with the one on the first who has been silent longest.
 */
export function nextOrder(before: readonly string[], input: OrderInput): string[] {
  const order = withoutGaps(before, input);
  for (const speaker of input.speaking) {
    const from = order.indexOf(speaker);
    const to = longestSilent(order, input);
    if (from >= input.firstPage && to !== undefined) {
      order[from] = order[to] ?? speaker;
      order[to] = speaker;
    }
  }
  return order;
}

/** How long people who came or left wait for a pointer or the focus to move on. */
export const HOLD_LIMIT_MS = 4_000;

/**
 * Keeps everybody in place while somebody points at a tile or is in one with the keyboard. Who came or
 * left shows after `HOLD_LIMIT_MS` all the same; who speaks takes no place until the hold has ended.
 */
export class TileOrder {
  #order: readonly string[] = [];
  #heldSinceMs: number | undefined;

  get order(): readonly string[] {
    return this.#order;
  }

  /** Says that a tile is pointed at or focused, or that none is any more. */
  hold(isHeld: boolean, nowMs: number): void {
    this.#heldSinceMs = isHeld ? (this.#heldSinceMs ?? nowMs) : undefined;
  }

  /** Arranges anew as far as a hold allows it; `true` when somebody has moved. */
  update(input: OrderInput, nowMs: number): boolean {
    const held = this.#heldSinceMs;
    if (held !== undefined && nowMs - held < HOLD_LIMIT_MS) {
      return false;
    }
    const next = nextOrder(this.#order, held === undefined ? input : { ...input, speaking: [] });
    const hasMoved =
      next.length !== this.#order.length || next.some((who, at) => who !== this.#order[at]);
    this.#order = next;
    return hasMoved;
  }
}

function withoutGaps(before: readonly string[], input: OrderInput): string[] {
  const present = new Set(input.present);
  const first = before.slice(0, input.firstPage);
  const known = new Set(before);
  const later = [
    ...before.slice(input.firstPage).filter((who) => present.has(who)),
    ...input.present.filter((who) => !known.has(who)),
  ];
  const filled = first.flatMap((who) => {
    const next = present.has(who) ? who : later.shift();
    return next === undefined ? [] : [next];
  });
  return [...filled, ...later];
}

function longestSilent(order: readonly string[], input: OrderInput): number | undefined {
  const silent = order
    .slice(0, input.firstPage)
    .map((who, at) => ({ at, who, spoke: input.lastSpokeMs.get(who) ?? -1 }))
    .filter(({ who }) => !input.speaking.includes(who))
    .sort((one, other) => one.spoke - other.spoke || other.at - one.at);
  return silent[0]?.at;
}
