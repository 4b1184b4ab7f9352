import type { GroupView } from '../e2ee/group/group_keys';
import type { Stay } from '../e2ee/record/record';
import type { Observable } from '../observable/observable';

// What people who come and go all the time may have us keep.
const MAX_STAYS = 1_000;

interface Parts {
  /** Undefined while this device is no member. */
  readonly view: Observable<GroupView | undefined>;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  /** What somebody was called when they were last shown. */
  readonly nameOf: (identity: string) => string | undefined;
}

type Noted = Omit<Stay, 'called'> & { readonly identity: string };

/** Notes who was in the group, and from when to when this device saw them there. */
export class Stays {
  readonly #parts: Parts;
  readonly #past: Noted[] = [];
  readonly #present = new Map<string, Noted>();
  readonly #stop: () => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#stop = parts.view.subscribe((view) => {
      if (view !== undefined) this.#look(view);
    });
  }

  /** By when they came; the last ones, when they are too many. */
  get all(): readonly Stay[] {
    const noted = [...this.#past, ...this.#present.values()].slice(-MAX_STAYS);
    return noted
      .sort((one, other) => one.fromMs - other.fromMs)
      .map(({ identity, ...stay }) => ({ ...stay, called: this.#parts.nameOf(identity) }));
  }

  close(): void {
    this.#stop();
  }

  #look({ roster }: GroupView): void {
    const nowMs = this.#parts.wallNow();
    const here = new Set(roster.map(({ identity }) => identity));
    for (const [identity, noted] of this.#present) {
      if (!here.has(identity)) {
        this.#present.delete(identity);
        this.#past.push({ ...noted, untilMs: nowMs });
      }
    }
    this.#past.splice(0, Math.max(0, this.#past.length - MAX_STAYS));
    for (const { identity, leafKey, isHost } of roster) {
      if (!this.#present.has(identity)) {
        const noted = { identity, leafKey, isHost, fromMs: nowMs, untilMs: undefined };
        this.#present.set(identity, noted);
      }
    }
  }
}
