import { LevelMeter, type SoundPort } from './level_meter';

interface Watched {
  readonly track: MediaStreamTrack;
  readonly meter: LevelMeter;
  level: number;
}

/**
 * How loud others are, measured on this device from what it received. Chromium gives an analyser the
 * sound of a received track only while an element plays that track, too.
 */
export class AudioLevels {
  readonly #sound: SoundPort;
  readonly #watched = new Map<string, Watched>();
  #context: AudioContext | undefined;

  constructor(sound: SoundPort) {
    this.#sound = sound;
  }

  /** Watches just these tracks, each under its id; no others any more. */
  watch(tracks: ReadonlyMap<string, MediaStreamTrack>): void {
    for (const [id, { track }] of this.#watched) {
      if (tracks.get(id) !== track) {
        this.#drop(id);
      }
    }
    for (const [id, track] of tracks) {
      if (!this.#watched.has(id)) {
        this.#add(id, track);
      }
    }
  }

  /** The last level of each, 0 to 1, linear in decibels. */
  read(): ReadonlyMap<string, number> {
    return new Map([...this.#watched].map(([id, { level }]) => [id, level]));
  }

  /** Browsers hold sound back until someone touches the page; call this when someone does. */
  resume(): void {
    if (this.#context?.state === 'suspended') {
      // Refused until someone touches the page: the next touch tries again.
      this.#context.resume().catch(() => undefined);
    }
  }

  close(): void {
    for (const id of [...this.#watched.keys()]) {
      this.#drop(id);
    }
    void this.#context?.close();
    this.#context = undefined;
  }

  #add(id: string, track: MediaStreamTrack): void {
    this.#context ??= this.#sound.audioContext();
    this.resume();
    const meter = new LevelMeter(this.#context, this.#sound, track, ({ level }) => {
      watched.level = level;
    });
    const watched: Watched = { track, meter, level: 0 };
    this.#watched.set(id, watched);
  }

  #drop(id: string): void {
    this.#watched.get(id)?.meter.close();
    this.#watched.delete(id);
  }
}
