import { encodeHand } from '../e2ee/talk/hand_body';
import { Subject, type Observable } from '../observable/observable';
import type { SaidHere } from './said_here';

interface Parts {
  readonly said: SaidHere;
  /** One's own identity; undefined until this device is a member. */
  readonly self: () => string | undefined;
  /** Somebody else's hand went up or down. */
  readonly onMoved: (identity: string, isUp: boolean) => void;
  /** One's own came to stand, with its place in the row, from 1. */
  readonly onOwn: (isUp: boolean, turn: number) => void;
  readonly onUnsent: () => void;
}

/** One's own hand, as one wants it. */
export interface OwnHand {
  readonly isUp: boolean;
  /** The others don't see it yet. */
  readonly isWaiting: boolean;
}

// Of so many people who had their hand up it is remembered where.
const MAX_REMEMBERED = 1_000;

/** Raised hands, in the order in which they went up: everybody sees the same one. */
export class HandsModel {
  readonly #parts: Parts;
  readonly #places = new Map<string, number>();
  /** Where hands went up that this device has seen going up, theirs too who left. */
  readonly #seen = new Map<string, number>();
  readonly #raised = new Subject<readonly string[]>([]);
  readonly #own = new Subject<OwnHand>({ isUp: false, isWaiting: false });
  #cameAt: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Identities, first come first. */
  get raised(): Observable<readonly string[]> {
    return this.#raised;
  }

  get own(): Observable<OwnHand> {
    return this.#own;
  }

  /** Where one's own hand went up; 0 while it is down, undefined while nobody knows yet where it will stand. */
  get ownPlace(): number | undefined {
    if (this.#own.value.isWaiting) return undefined;
    return this.#places.get(this.#parts.self() ?? '') ?? 0;
  }

  toggle(): void {
    const self = this.#parts.self();
    if (self === undefined || this.#own.value.isWaiting) return;
    const isUp = !this.#own.value.isUp;
    this.#own.set({ isUp, isWaiting: true });
    this.#parts.said.say('hand', encodeHand(isUp), {
      onSent: ({ place }) => {
        this.#own.set({ isUp, isWaiting: false });
        this.#moved(self, isUp, place);
        this.#parts.onOwn(isUp, this.#raised.value.indexOf(self) + 1);
      },
      onUnsent: () => {
        this.#own.set({ isUp: !isUp, isWaiting: false });
        this.#parts.onUnsent();
      },
    });
  }

  /** Something stands in the order at this place: nothing before the first of them was seen. */
  at(place: number): void {
    this.#cameAt ??= place;
  }

  /** Somebody's hand went up or down, at a place in the order. */
  take(identity: string, isUp: boolean, place: number): void {
    if (this.#moved(identity, isUp, place)) {
      this.#parts.onMoved(identity, isUp);
    }
  }

  /**
   * Somebody says again where their hand went up, for those who came later. It is believed where this
   * device could not have seen it, or has: anybody else's hand goes up now, at the end of the row.
   *
   * @param claimed - 0: it is down.
   */
  retold(identity: string, claimed: number, place: number): void {
    const isUp = claimed !== 0;
    if (isUp === this.#places.has(identity)) return;
    const couldSee = this.#cameAt !== undefined && claimed >= this.#cameAt;
    const isBelieved = claimed < place && (!couldSee || this.#seen.get(identity) === claimed);
    this.take(identity, isUp, isBelieved ? claimed : place);
  }

  /** Whoever is no member any more has no hand. */
  keepOnly(identities: ReadonlySet<string>): void {
    const self = this.#parts.self();
    for (const identity of [...this.#places.keys()]) {
      if (identity !== self && !identities.has(identity)) this.#places.delete(identity);
    }
    this.#sort();
  }

  /** Whether anything has changed: a second raised hand is no other. */
  #moved(identity: string, isUp: boolean, place: number): boolean {
    if (isUp === this.#places.has(identity)) return false;
    if (isUp) {
      this.#places.set(identity, place);
      this.#remember(identity, place);
    } else {
      this.#places.delete(identity);
    }
    this.#sort();
    return true;
  }

  #remember(identity: string, place: number): void {
    this.#seen.delete(identity);
    this.#seen.set(identity, place);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
  }

  #sort(): void {
    const sorted = [...this.#places]
      .sort(([one, first], [other, second]) => first - second || (one < other ? -1 : 1))
      .map(([identity]) => identity);
    const before = this.#raised.value;
    const isSame = sorted.length === before.length && sorted.every((one, at) => one === before[at]);
    if (!isSame) this.#raised.set(sorted);
  }
}
