import type { GroupHealth } from '../e2ee/group/group_health';
import type { GroupView } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import {
  comparedNow,
  safetyCodeOf,
  sinceCompared,
  type Compared,
  type SafetyCode,
  type SinceCompared,
} from '../e2ee/group/safety_code';
import type { SessionNotice, SessionState } from '../e2ee/group/session_parts';
import type { Bytes } from '../protocol/bytes';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';
import { ComparingModel } from './comparing';
import { heardNews, type GroupNews, type Outcome, type PlacedMessage } from './group_news';
import { KnownPeople } from './known_people';

/** This device in the group of a meeting. `GroupSession` is one. */
export interface GroupPort {
  readonly state: Observable<SessionState>;
  readonly view: Observable<GroupView | undefined>;
  readonly health: Observable<GroupHealth>;
  /** Identities that have signed to be in this epoch. */
  readonly ready: Observable<ReadonlySet<string>>;
  /** The latest epoch that each of the others has signed to be in, whatever its tree. */
  readonly reached: Observable<ReadonlyMap<string, number>>;
  /** Identities that have signed to leave, and still hold the keys. */
  readonly leaving: Observable<ReadonlySet<string>>;
  start(): void;
  send(type: MessageType, body: Bytes): boolean;
  leave(): Promise<void>;
  /** Forgets every secret. */
  close(): Promise<void>;
}

/** What a group tells beside its values. */
export interface GroupEars {
  readonly onMessage: (message: PlacedMessage) => void;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onNotice: (notice: SessionNotice) => void;
}

interface Parts {
  readonly open: (ears: GroupEars) => GroupPort;
  readonly clock: Clock;
  /** What somebody calls themselves now. */
  readonly nameOf: (identity: string) => string | undefined;
  /** Something became known of a message, others' or one's own, in the group's order. */
  readonly onNews?: (news: GroupNews) => void;
  /** A fault of this release's own. */
  readonly onFault: (error: unknown) => void;
}

/** Somebody who holds the group's keys. */
export interface KeyHolder {
  readonly identity: string;
  readonly isSelf: boolean;
  readonly isHost: boolean;
  /** Has signed to hold the keys of now. Oneself has. */
  readonly isHeard: boolean;
}

/** Where this device stands in the group. */
export type Standing =
  | {
      readonly kind: 'joining';
      readonly sinceMs: number;
      /** Nobody was left who knew whom the host had kept out: only the host makes the group anew. */
      readonly waitsForHost: boolean;
    }
  | {
      readonly kind: 'member';
      readonly code: SafetyCode;
      readonly holders: readonly KeyHolder[];
      /** Undefined: nobody has compared yet. */
      readonly since: SinceCompared | undefined;
    }
  | { readonly kind: 'out'; readonly why: OutWhy };

/** Why this device holds no keys any more. */
export type OutWhy = 'removed' | Extract<SessionState, { kind: 'ended' }>['why'];

// So long after it was left, a group has taken the goodbye or won't.
const GOODBYE_MS = 1_000;

/** The group's keys, as the screen shows them. */
export class GroupModel {
  readonly comparing: ComparingModel;
  readonly known = new KnownPeople();
  readonly #parts: Parts;
  readonly #group: GroupPort;
  readonly #standing: Subject<Standing>;
  readonly #refusals = new Subject(0);
  readonly #parted = new Subject<readonly string[] | undefined>(undefined);
  readonly #stops: (() => void)[] = [];
  #isStarted = false;
  #code: { readonly view: GroupView; readonly code: SafetyCode } | undefined;
  #compared: Compared | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#standing = new Subject<Standing>(this.#joining(false));
    this.#group = parts.open({
      onMessage: (message) => {
        if (message.type === 'comparison') this.comparing.take(message);
        else parts.onNews?.(heardNews(message));
      },
      onOutcome: (outcome) => parts.onNews?.(outcome),
      onNotice: (notice) => {
        this.#noted(notice);
      },
    });
    this.comparing = new ComparingModel({
      clock: parts.clock,
      view: () => this.#group.view.value,
      send: (body) => this.#group.send('comparison', body),
      onSame: (identity) => {
        this.known.compared(identity, parts.nameOf(identity));
        this.#refresh();
      },
      onFault: parts.onFault,
    });
    this.#follow();
  }

  /** Goes in, once: the call comes first, as both want this device's time. */
  start(): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#group.start();
    }
  }

  get standing(): Observable<Standing> {
    return this.#standing;
  }

  get health(): Observable<GroupHealth> {
    return this.#group.health;
  }

  /** How often somebody tried what the rules forbid. Nothing came of it. */
  get refusals(): Observable<number> {
    return this.#refusals;
  }

  /** Undefined while this device is no member. */
  get view(): Observable<GroupView | undefined> {
    return this.#group.view;
  }

  get ready(): Observable<ReadonlySet<string>> {
    return this.#group.ready;
  }

  get reached(): Observable<ReadonlyMap<string, number>> {
    return this.#group.reached;
  }

  get leaving(): Observable<ReadonlySet<string>> {
    return this.#group.leaving;
  }

  /** Sends a message, of which `onNews` will tell; false when too many wait already. */
  say(type: MessageType, body: Bytes): boolean {
    return this.#group.send(type, body);
  }

  /** Who was in another group than this device for a while, as far as it is known; undefined: nobody, or it was read. */
  get parted(): Observable<readonly string[] | undefined> {
    return this.#parted;
  }

  /** Somebody has read who was in another group. */
  dismissParted(): void {
    this.#parted.set(undefined);
  }

  /** Everybody has compared the code, and it was the same. */
  markCompared(): void {
    const view = this.#group.view.value;
    if (view !== undefined) {
      this.#compared = comparedNow(view);
      for (const { identity } of view.roster) {
        this.known.compared(identity, this.#parts.nameOf(identity));
      }
      this.#refresh();
    }
  }

  /** Says goodbye to the others, then forgets every secret. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
    this.comparing.dismiss();
    if (this.#group.state.value.kind === 'member') {
      await Promise.race([this.#leave(), this.#pause(GOODBYE_MS)]);
    }
    await this.#group.close();
  }

  #follow(): void {
    const { state, view, ready, health } = this.#group;
    this.#stops.push(
      health.subscribe((now) => {
        if (now.kind === 'diverged') {
          this.#parted.set([...new Set([...(this.#parted.value ?? []), ...now.identities])]);
        }
      }),
      state.subscribe(() => {
        this.#refresh();
      }),
      view.subscribe((now) => {
        void this.#moved(now);
      }),
      ready.subscribe(() => {
        this.#refresh();
      }),
    );
  }

  async #moved(view: GroupView | undefined): Promise<void> {
    if (view === undefined) {
      this.#code = undefined;
    } else {
      this.comparing.keepOnly(new Set(view.roster.map(({ identity }) => identity)));
      const code = await safetyCodeOf(view);
      if (this.#group.view.value !== view) {
        return;
      }
      this.#code = { view, code };
    }
    this.#refresh();
  }

  #refresh(): void {
    const state = this.#group.state.value;
    const code = this.#code;
    if (state.kind === 'removed') {
      this.#standing.set({ kind: 'out', why: 'removed' });
    } else if (state.kind === 'ended') {
      this.#standing.set({ kind: 'out', why: state.why });
    } else if (state.kind === 'member' && code !== undefined) {
      this.#standing.set(this.#memberOf(code));
    } else if (this.#standing.value.kind !== 'joining') {
      this.#standing.set(this.#joining(false));
    }
  }

  #joining(waitsForHost: boolean): Standing {
    return { kind: 'joining', sinceMs: this.#parts.clock.now(), waitsForHost };
  }

  #memberOf({ view, code }: { readonly view: GroupView; readonly code: SafetyCode }): Standing {
    const ready = this.#group.ready.value;
    const holders = view.roster.map(({ identity, isHost, index }) => {
      const isSelf = index === view.self.index;
      return { identity, isHost, isSelf, isHeard: isSelf || ready.has(identity) };
    });
    const since = this.#compared && sinceCompared(this.#compared, view);
    return { kind: 'member', code, holders, since };
  }

  #noted(notice: SessionNotice): void {
    switch (notice.kind) {
      case 'fault':
        this.#parts.onFault(notice.error);
        break;
      case 'refused-commit':
      case 'bad-group-info':
        this.#refusals.set(this.#refusals.value + 1);
        break;
      case 'joining-anew':
        if (notice.why === 'apart') this.#parted.set(this.#parted.value ?? []);
        break;
      case 'unsent-message':
        if (notice.type === 'comparison') this.comparing.unsent();
        break;
      case 'waits-for-host':
        this.#waitsForHost();
        break;
      default:
    }
  }

  #waitsForHost(): void {
    const standing = this.#standing.value;
    if (standing.kind === 'joining') this.#standing.set({ ...standing, waitsForHost: true });
  }

  /** Resolves when the goodbye stands in the order. */
  async #leave(): Promise<void> {
    await this.#group.leave();
    await new Promise<void>((resolve) => {
      const stop = this.#group.state.subscribe(({ kind }) => {
        if (kind !== 'member') {
          queueMicrotask(() => {
            stop();
          });
          resolve();
        }
      });
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(ms, resolve);
    });
  }
}
