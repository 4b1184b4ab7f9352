import type { GroupView } from '../e2ee/group/group_keys';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';

/**
 * How somebody in the group is. `here`: has signed to hold the keys. `unheard`: has the keys as far as the
 * tree goes, and has signed nothing yet, or nothing of late. `leaving`: goes or has gone, and can still hear,
 * as media are sealed with keys of before.
 */
export type MemberState = 'here' | 'unheard' | 'leaving';

/** Somebody who holds keys of the meeting. */
export interface ListedMember {
  readonly identity: string;
  readonly isSelf: boolean;
  readonly isHost: boolean;
  readonly state: MemberState;
}

/** Somebody came in, or has no keys any more. `atMs` is the time of day. */
export interface Passage {
  readonly kind: 'came' | 'went';
  readonly identity: string;
  readonly atMs: number;
}

interface Parts {
  readonly clock: Clock;
  /** Undefined while this device is no member; then the last list stays. */
  readonly view: Observable<GroupView | undefined>;
  /** Who has signed to be in this epoch. */
  readonly ready: Observable<ReadonlySet<string>>;
  /** Who has signed to leave, and is still in the tree. */
  readonly leaving: Observable<ReadonlySet<string>>;
  /** The epoch whose keys seal what is sent from here; undefined: nothing is sealed. */
  readonly sealing: Observable<number | undefined>;
  readonly wallNow: () => number;
}

/** In a new epoch all sign again: for so long the signature of the one before does. */
export const UNHEARD_MS = 10_000;

const MAX_PASSAGES = 200;

/** Who is in the meeting: the members that the group's tree has, and those who can still hear. */
export class MembersModel {
  readonly #parts: Parts;
  readonly #members = new Subject<readonly ListedMember[]>([]);
  readonly #passages = new Subject<readonly Passage[]>([]);
  readonly #stops: (() => void)[];
  /** Who is listed, by when they came. */
  readonly #listed = new Map<string, { readonly isSelf: boolean; readonly isHost: boolean }>();
  /** Who is in the tree no more, and the epoch that began without them. */
  readonly #going = new Map<string, number>();
  readonly #heard = new Set<string>();
  #view: GroupView | undefined;
  #movedMs = 0;
  #cancel: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const update = (): void => {
      this.#update();
    };
    const { view, ready, leaving, sealing } = parts;
    this.#stops = [view, ready, leaving, sealing].map((one) => one.subscribe(update));
  }

  /** By when they came. Empty until this device is a member. */
  get members(): Observable<readonly ListedMember[]> {
    return this.#members;
  }

  /** Who came and went since this device came, the last ones. */
  get passages(): Observable<readonly Passage[]> {
    return this.#passages;
  }

  close(): void {
    this.#cancel?.();
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
  }

  #update(): void {
    const view = this.#parts.view.value;
    if (view !== undefined && view !== this.#view) {
      this.#moved(view);
    }
    for (const identity of this.#parts.ready.value) {
      if (!this.#going.has(identity)) this.#heard.add(identity);
    }
    this.#dropGone();
    const members = [...this.#listed].map(([identity, facts]) => ({
      ...{ identity, ...facts },
      state: this.#stateOf(identity, facts.isSelf),
    }));
    if (JSON.stringify(members) !== JSON.stringify(this.#members.value)) {
      this.#members.set(members);
    }
  }

  #moved(view: GroupView): void {
    const isFirst = this.#view === undefined;
    this.#view = view;
    this.#movedMs = this.#parts.clock.now();
    const here = new Set(view.roster.map(({ identity }) => identity));
    for (const identity of this.#listed.keys()) {
      if (!here.has(identity) && !this.#going.has(identity)) {
        this.#going.set(identity, view.epoch);
        this.#heard.delete(identity);
      }
    }
    for (const { identity, index, isHost } of view.roster) {
      const isNew = !this.#listed.has(identity);
      this.#going.delete(identity);
      this.#listed.set(identity, { isSelf: index === view.self.index, isHost });
      if (isNew && !isFirst) this.#passed('came', identity);
    }
    this.#cancel?.();
    this.#cancel = this.#parts.clock.after(UNHEARD_MS, () => {
      this.#cancel = undefined;
      this.#update();
    });
  }

  /** Nobody goes from the list before what is sent here is sealed without them. */
  #dropGone(): void {
    const sealing = this.#parts.sealing.value;
    for (const [identity, epoch] of this.#going) {
      if (sealing === undefined || sealing >= epoch) {
        this.#going.delete(identity);
        this.#listed.delete(identity);
        this.#passed('went', identity);
      }
    }
  }

  #stateOf(identity: string, isSelf: boolean): MemberState {
    if (this.#going.has(identity) || this.#parts.leaving.value.has(identity)) {
      return 'leaving';
    }
    const isFresh = this.#parts.clock.now() - this.#movedMs < UNHEARD_MS;
    const isReady = this.#parts.ready.value.has(identity);
    return isSelf || isReady || (isFresh && this.#heard.has(identity)) ? 'here' : 'unheard';
  }

  #passed(kind: Passage['kind'], identity: string): void {
    const passage = { kind, identity, atMs: this.#parts.wallNow() };
    this.#passages.set([...this.#passages.value, passage].slice(-MAX_PASSAGES));
  }
}
