import { Subject, type Observable } from '../observable/observable';
import { RefusalError, type Refusal } from './app';
import type { DevicesModel } from './devices';
import { readName, type NameProblem } from './display_name';
import type { MeetingFacts, ServerFacts } from './meeting';
import type { Platform } from './platform';
import type { Preferences } from './preferences';

/** How far joining has come. After it succeeded, another screen is shown. */
export type JoinProgress =
  | { readonly kind: 'idle' | 'joining' }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

export interface PreJoinParts {
  readonly meeting: MeetingFacts;
  /** Undefined until the server has answered. */
  readonly server: Observable<ServerFacts | undefined>;
  readonly devices: DevicesModel;
  readonly preferences: Preferences;
  readonly platform: Platform;
  /** @throws RefusalError */
  readonly join: (name: string) => Promise<void>;
}

/** The page before the call: who am I, do I look and sound right, where am I going. */
export class PreJoinModel {
  readonly meeting: MeetingFacts;
  readonly server: Observable<ServerFacts | undefined>;
  readonly devices: DevicesModel;
  readonly platform: Platform;
  readonly #preferences: Preferences;
  readonly #join: (name: string) => Promise<void>;
  readonly #progress = new Subject<JoinProgress>({ kind: 'idle' });
  readonly #nameProblem = new Subject<NameProblem | undefined>(undefined);
  #typed: string | undefined;
  #hasBegun = false;

  constructor(parts: PreJoinParts) {
    this.meeting = parts.meeting;
    this.server = parts.server;
    this.devices = parts.devices;
    this.platform = parts.platform;
    this.#preferences = parts.preferences;
    this.#join = parts.join;
  }

  /** What was typed so far, or the name from the last time; empty the first time. */
  get name(): string {
    return this.#typed ?? this.#preferences.value.name;
  }

  get progress(): Observable<JoinProgress> {
    return this.#progress;
  }

  /** What is wrong with the name that someone tried to join with. */
  get nameProblem(): Observable<NameProblem | undefined> {
    return this.#nameProblem;
  }

  /** Switches the devices on; once, however often the page is drawn anew. */
  async begin(): Promise<void> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      await this.devices.start();
    }
  }

  /** Takes the complaint back once the name is a good one, not at each letter. */
  noteTyping(typed: string): void {
    this.#typed = typed;
    if (this.#nameProblem.value !== undefined && readName(typed).kind === 'name') {
      this.#nameProblem.set(undefined);
    }
  }

  /** Joins under this name. Never rejects: what went wrong is in `nameProblem` or `progress`. */
  async join(typed: string): Promise<void> {
    if (this.#progress.value.kind === 'joining') {
      return;
    }
    const reading = readName(typed);
    this.#nameProblem.set(reading.kind === 'problem' ? reading.problem : undefined);
    if (reading.kind === 'problem') {
      return;
    }
    this.#preferences.update({ name: reading.name });
    this.#progress.set({ kind: 'joining' });
    try {
      await this.#join(reading.name);
      this.#progress.set({ kind: 'idle' });
    } catch (error) {
      const refusal: Refusal = error instanceof RefusalError ? error.refusal : { kind: 'failed' };
      this.#progress.set({ kind: 'failed', refusal });
    }
  }
}
