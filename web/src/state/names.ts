import { encodeName, encodePresence } from '../e2ee/talk/name_body';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import { shownName } from './people';
import type { SaidHere } from './said_here';

/** The wait of the first in the roster before it says again who it is, for those who came. */
export const RETELL_MS = 500;

/** And so much more for each who is in the roster before oneself: 20 messages a second, however many there are. */
export const RETELL_EACH_MS = 50;

// More than ever were in a meeting: of who is none of them any more the oldest are forgotten.
const MAX_NAMES = 1_000;

interface Parts {
  readonly said: SaidHere;
  readonly clock: Clock;
  /** One's own name, as it was typed. */
  readonly ownName: () => string | undefined;
  /** Where one's own hand went up, 0 while it is down; undefined while that is on its way to the others. */
  readonly handPlace: () => number | undefined;
}

/** Who is in the group, as far as names need it. */
export interface Company {
  readonly self: string;
  /** In order of their leaves. */
  readonly identities: readonly string[];
}

/** What members have signed to be called, and one's own name for those who come. */
export class NamesModel {
  readonly #parts: Parts;
  readonly #signed = new Subject<ReadonlyMap<string, string>>(new Map());
  #company: Company | undefined;
  #hasSaid = false;
  #cancel: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Names by identity, safe to be shown in a line of other text. They are kept when people leave. */
  get signed(): Observable<ReadonlyMap<string, string>> {
    return this.#signed;
  }

  nameOf(identity: string): string | undefined {
    return this.#signed.value.get(identity);
  }

  /** Somebody has signed to be called so; false where nothing would be seen of it. */
  take(identity: string, name: string): boolean {
    const shown = shownName(name);
    if (shown === undefined) return false;
    if (this.nameOf(identity) !== shown) {
      const names = new Map(this.#signed.value);
      names.delete(identity);
      names.set(identity, shown);
      this.#forgetFrom(names);
      this.#signed.set(names);
    }
    return true;
  }

  /** These are in the group now; undefined while this device is not. */
  follow(company: Company | undefined): void {
    const before = this.#company;
    this.#company = company;
    if (company === undefined) {
      this.#stop();
    } else if (before === undefined) {
      this.#introduce();
    } else if (company.identities.some((one) => !before.identities.includes(one))) {
      const rank = company.identities.indexOf(company.self);
      this.#retellAfter(RETELL_MS + RETELL_EACH_MS * rank);
    }
  }

  close(): void {
    this.#stop();
  }

  /** Tells everybody; after a return it is told again what some may have forgotten. */
  #introduce(): void {
    const name = this.#parts.ownName();
    if (this.#hasSaid) {
      this.#retell();
    } else if (name !== undefined) {
      this.#hasSaid = true;
      this.#parts.said.say('name', encodeName(name));
    }
  }

  #retell(): void {
    const name = this.#parts.ownName();
    const handPlace = this.#parts.handPlace();
    if (handPlace === undefined) {
      // It would come after the hand, and take back what it did not know of.
      this.#retellAfter(RETELL_MS);
    } else if (name !== undefined) {
      this.#parts.said.say('presence', encodePresence({ name, handPlace }));
    }
  }

  #retellAfter(ms: number): void {
    this.#cancel ??= this.#parts.clock.after(ms, () => {
      this.#cancel = undefined;
      this.#retell();
    });
  }

  #forgetFrom(names: Map<string, string>): void {
    if (names.size <= MAX_NAMES) return;
    const here = new Set(this.#company?.identities);
    const gone = [...names.keys()].find((identity) => !here.has(identity));
    const oldest = gone ?? names.keys().next().value;
    if (oldest !== undefined) names.delete(oldest);
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
