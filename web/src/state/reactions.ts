import { encodeReaction, type Emoji } from '../e2ee/talk/reaction_body';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import type { SaidHere } from './said_here';

/** So long somebody's reaction is over their tile. */
export const SHOWN_MS = 5_000;

/** Nobody's reaction changes faster: nothing on screen flashes three times a second (WCAG 2.3.1). */
export const CALM_MS = 500;

interface Parts {
  readonly said: SaidHere;
  readonly clock: Clock;
  readonly self: () => string | undefined;
  /** Somebody else has reacted. */
  readonly onReacted: (identity: string, emoji: Emoji) => void;
  readonly onUnsent: () => void;
}

/** A reaction that is shown now, with a number that is another one each time. */
export interface ShownReaction {
  readonly emoji: Emoji;
  readonly number: number;
}

interface Entry extends ShownReaction {
  readonly sinceMs: number;
  readonly cancel: () => void;
}

/** Reactions over tiles: one for each person, for a moment. */
export class ReactionsModel {
  readonly #parts: Parts;
  readonly #entries = new Map<string, Entry>();
  readonly #shown = new Subject<ReadonlyMap<string, ShownReaction>>(new Map());
  #number = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is over whose tile, by identity. */
  get shown(): Observable<ReadonlyMap<string, ShownReaction>> {
    return this.#shown;
  }

  /** Reacts. It is shown here at once, though the others may get it later. */
  react(emoji: Emoji): void {
    const { said, self, onUnsent } = this.#parts;
    const identity = self();
    if (identity !== undefined && this.#show(identity, emoji)) {
      said.say('reaction', encodeReaction({ kind: 'shown', emoji }), {
        onSent: () => undefined,
        onUnsent,
      });
    }
  }

  /** Somebody has reacted. */
  take(identity: string, emoji: Emoji): void {
    if (this.#show(identity, emoji)) {
      this.#parts.onReacted(identity, emoji);
    }
  }

  close(): void {
    for (const { cancel } of this.#entries.values()) {
      cancel();
    }
    this.#entries.clear();
  }

  #show(identity: string, emoji: Emoji): boolean {
    const { clock } = this.#parts;
    const before = this.#entries.get(identity);
    const sinceMs = clock.now();
    if (before !== undefined && sinceMs - before.sinceMs < CALM_MS) return false;
    before?.cancel();
    this.#number += 1;
    const cancel = clock.after(SHOWN_MS, () => {
      this.#entries.delete(identity);
      this.#tell();
    });
    this.#entries.set(identity, { emoji, number: this.#number, sinceMs, cancel });
    this.#tell();
    return true;
  }

  #tell(): void {
    this.#shown.set(new Map(this.#entries));
  }
}
