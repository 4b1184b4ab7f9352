import { Subject, type Observable } from '../observable/observable';
import type { GroupHealth } from '../e2ee/group/group_health';
import type { Clock } from '../observable/clock';
import type { Person } from './people';
import type { Corner } from './self_corner';
import type { TalkAnnouncement } from './talk_announcements';
import type { View } from './tiles';

/** Somebody's name, or undefined while nobody knows it. */
export type Name = string | undefined;

/** Something to be said to people who don't see it. */
export type Announcement =
  | { readonly kind: 'joined' | 'left' | 'speaking' | 'undelivered'; readonly names: readonly Name[] }
  | { readonly kind: 'microphone' | 'camera' | 'sharing'; readonly isOn: boolean }
  | { readonly kind: 'shares' | 'stopped-sharing' | 'pinned' | 'unpinned'; readonly name: Name }
  | { readonly kind: 'trouble' | 'back' | 'copied' | 'comparing' | 'stranger' | 'media-broken' }
  /** Of the group's keys. */
  | { readonly kind: Exclude<GroupHealth['kind'], 'well'> }
  /** Of what people write and do. */
  | { readonly kind: 'talk'; readonly what: TalkAnnouncement }
  | { readonly kind: 'self'; readonly isHidden: boolean }
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'corner'; readonly corner: Corner };

/** An announcement with a number, so that the same words can be said again. */
export interface Said {
  readonly number: number;
  readonly what: Announcement;
}

/** How long comings and goings are collected, so that a full room is one sentence. */
export const BUNDLE_MS = 1_500;

/** After trouble, for longer: who lost the same server waits up to 5 s between two attempts. */
export const RETURN_MS = 7_000;

/** What is said in the live region. */
export class Announcer {
  readonly #said = new Subject<Said | undefined>(undefined);
  #number = 0;

  get said(): Observable<Said | undefined> {
    return this.#said;
  }

  say(what: Announcement): void {
    this.#number += 1;
    this.#said.set({ number: this.#number, what });
  }
}

/**
 * Says who came and who left. Those who were there before oneself are not announced, nor those who are
 * back before anybody was told that they had left.
 */
export class ComingsAndGoings {
  readonly #announcer: Announcer;
  readonly #clock: Clock;
  /** Undefined before the first list that can be believed: who is on that one was there before oneself. */
  #told: ReadonlyMap<string, Name> | undefined;
  #now: ReadonlyMap<string, Name> = new Map();
  #cancel: (() => void) | undefined;
  #isReturning = false;

  constructor(announcer: Announcer, clock: Clock) {
    this.#announcer = announcer;
    this.#clock = clock;
  }

  /** @param isConnected - false while the list can't be believed: then nobody has left. */
  update(people: readonly Person[], isConnected: boolean): void {
    if (!isConnected) {
      this.#stop();
      this.#isReturning = this.#told !== undefined;
      return;
    }
    const others = people.filter((person) => !person.isLocal);
    this.#now = new Map(others.map(({ identity, name }) => [identity, name]));
    this.#told ??= this.#now;
    const isNews = !hasSameKeys(this.#told, this.#now);
    if (isNews || this.#isReturning) {
      const afterMs = this.#isReturning ? RETURN_MS : BUNDLE_MS;
      this.#cancel ??= this.#clock.after(afterMs, this.#tell);
      this.#isReturning = false;
    }
    if (!isNews) {
      // A name that became known is used when they leave.
      this.#told = this.#now;
    }
  }

  close(): void {
    this.#stop();
  }

  readonly #tell = (): void => {
    this.#cancel = undefined;
    const before = this.#told ?? new Map<string, Name>();
    const now = this.#now;
    this.#told = now;
    this.#sayAll('joined', [...now].filter(([who]) => !before.has(who)));
    this.#sayAll('left', [...before].filter(([who]) => !now.has(who)));
  };

  #sayAll(kind: 'joined' | 'left', entries: readonly (readonly [string, Name])[]): void {
    if (entries.length > 0) {
      this.#announcer.say({ kind, names: entries.map(([, name]) => name) });
    }
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

function hasSameKeys(one: ReadonlyMap<string, Name>, other: ReadonlyMap<string, Name>): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key));
}
