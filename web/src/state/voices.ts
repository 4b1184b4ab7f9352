import { Subject, type Observable } from '../observable/observable';
import type { AudioLevels } from '../media/audio_levels';
import type { Clock } from '../observable/clock';
import type { Person, Sound } from './people';
import { SILENCE, hear, speaking } from './speaker';

/** The part of `AudioLevels` that is used here. */
export type LevelsPort = Pick<AudioLevels, 'watch' | 'read' | 'resume' | 'close'>;

/** Ten times a second is faster than anybody sees, and costs next to nothing. */
const TICK_MS = 100;

/** What is known of who speaks. */
export interface Heard {
  readonly speaking: ReadonlySet<string>;
  readonly active: string | undefined;
  /** When somebody last spoke, on the clock of the call. */
  readonly lastSpokeMs: ReadonlyMap<string, number>;
}

const NOBODY: Heard = { speaking: new Set(), active: undefined, lastSpokeMs: new Map() };

/** Follows who speaks, from what this device hears and from its own microphone. */
export class Voices {
  readonly #levels: LevelsPort;
  readonly #ownLevel: Observable<number>;
  readonly #clock: Clock;
  readonly #heard = new Subject(NOBODY);
  #speakers = SILENCE;
  /** Oneself, while one's microphone is on. */
  #own: string | undefined;
  #cancel: () => void;

  constructor(levels: LevelsPort, ownLevel: Observable<number>, clock: Clock) {
    this.#levels = levels;
    this.#ownLevel = ownLevel;
    this.#clock = clock;
    this.#speakers = { ...SILENCE, atMs: clock.now() };
    this.#cancel = clock.after(TICK_MS, this.#tick);
  }

  /** A new value whenever somebody begins or stops speaking, or the active speaker changes. */
  get heard(): Observable<Heard> {
    return this.#heard;
  }

  /** Only voices count, not the sound of a shared film, and only those of people who are not muted. */
  follow(people: readonly Person[], sounds: readonly Sound[]): void {
    const unmuted = people.filter((person) => person.isMicrophoneOn);
    const talkers = new Set(unmuted.map(({ identity }) => identity));
    const voices = sounds.filter(
      ({ source, identity }) => source === 'microphone' && talkers.has(identity),
    );
    this.#levels.watch(new Map(voices.map(({ identity, track }) => [identity, track])));
    this.#own = unmuted.find((person) => person.isLocal)?.identity;
  }

  close(): void {
    this.#cancel();
    this.#levels.close();
  }

  readonly #tick = (): void => {
    const nowMs = this.#clock.now();
    const levels = new Map(this.#levels.read());
    if (this.#own !== undefined) {
      levels.set(this.#own, this.#ownLevel.value);
    }
    this.#speakers = hear(this.#speakers, levels, nowMs);
    this.#note(new Set(speaking(this.#speakers)), nowMs);
    this.#cancel = this.#clock.after(TICK_MS, this.#tick);
  };

  #note(now: ReadonlySet<string>, nowMs: number): void {
    const before = this.#heard.value;
    const { active } = this.#speakers;
    if (hasSame(now, before.speaking) && active === before.active) {
      return;
    }
    const ended = [...before.speaking, ...now].map((who) => [who, nowMs] as const);
    const lastSpokeMs = new Map([...before.lastSpokeMs, ...ended]);
    this.#heard.set({ speaking: now, active, lastSpokeMs });
  }
}

function hasSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((who) => other.has(who));
}
