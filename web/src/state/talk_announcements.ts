import type { Emoji } from '../e2ee/talk/reaction_body';
import type { Clock } from '../observable/clock';
import { BUNDLE_MS, type Name } from './announcements';

export { REACTIONS, type Emoji } from '../e2ee/talk/reaction_body';

/** Something that people said or did, for those who don't see it. */
export type TalkAnnouncement =
  | { readonly kind: 'wrote'; readonly names: readonly Name[]; readonly count: number; readonly text: string }
  | { readonly kind: 'raised' | 'lowered'; readonly names: readonly Name[] }
  | { readonly kind: 'reacted'; readonly names: readonly Name[]; readonly emoji: readonly Emoji[] }
  /** One's own hand; `turn` is its place in the row. */
  | { readonly kind: 'own-hand'; readonly isUp: boolean; readonly turn: number }
  | { readonly kind: 'unsent' };

/** So much of a message is read out; the rest is in the chat. */
const MAX_READ_OUT = 200;

/** Bundles what people say and do, so that a lively room is a few sentences. */
export class TalkTeller {
  readonly #clock: Clock;
  readonly #say: (what: TalkAnnouncement) => void;
  readonly #nameOf: (identity: string) => Name;
  readonly #writers = new Set<string>();
  readonly #hands = new Map<string, boolean>();
  readonly #reacting = new Set<string>();
  readonly #emoji = new Set<Emoji>();
  #written = 0;
  #text = '';
  #cancel: (() => void) | undefined;

  constructor(
    clock: Clock,
    nameOf: (identity: string) => Name,
    say: (what: TalkAnnouncement) => void,
  ) {
    this.#clock = clock;
    this.#nameOf = nameOf;
    this.#say = say;
  }

  wrote(identity: string, text: string): void {
    this.#writers.add(identity);
    this.#written += 1;
    this.#text = text;
    this.#later();
  }

  hand(identity: string, isUp: boolean): void {
    // Up and down again within a moment is nothing.
    if (this.#hands.get(identity) === !isUp) {
      this.#hands.delete(identity);
    } else {
      this.#hands.set(identity, isUp);
    }
    this.#later();
  }

  reacted(identity: string, emoji: Emoji): void {
    this.#reacting.add(identity);
    this.#emoji.add(emoji);
    this.#later();
  }

  close(): void {
    this.#cancel?.();
  }

  #later(): void {
    this.#cancel ??= this.#clock.after(BUNDLE_MS, () => {
      this.#cancel = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    if (this.#written > 0) {
      const text = Array.from(this.#text).slice(0, MAX_READ_OUT).join('');
      this.#say({ kind: 'wrote', names: this.#names(this.#writers), count: this.#written, text });
    }
    for (const isUp of [true, false]) {
      const who = [...this.#hands].flatMap(([one, up]) => (up === isUp ? [one] : []));
      if (who.length > 0) this.#say({ kind: isUp ? 'raised' : 'lowered', names: this.#names(who) });
    }
    if (this.#reacting.size > 0) {
      const names = this.#names(this.#reacting);
      this.#say({ kind: 'reacted', names, emoji: [...this.#emoji] });
    }
    this.#written = 0;
    for (const told of [this.#writers, this.#hands, this.#reacting, this.#emoji]) {
      told.clear();
    }
  }

  #names(identities: Iterable<string>): Name[] {
    return [...identities].map(this.#nameOf);
  }
}
