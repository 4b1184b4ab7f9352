import { Subject, type Observable } from '../observable/observable';
import { LevelMeter, READING_INTERVAL_MS, type Reading, type SoundPort } from '../media/level_meter';
import type { DeviceState } from './captured_device';

/** How long a microphone that is on may give nothing at all before the person is told. */
export const SILENCE_MS = 5_000;

/** A meter that falls at once flickers; this much of the last level stays at each reading. */
const FALL = 0.7;

/** Follows one's own microphone: how loud it is, and whether it gives anything. */
export class Listening {
  readonly #sound: SoundPort;
  readonly #level = new Subject(0);
  readonly #isSilent = new Subject(false);
  readonly #stop: () => void;
  #context: AudioContext | undefined;
  #meter: LevelMeter | undefined;
  #silentReadings = 0;

  constructor(sound: SoundPort, microphone: Observable<DeviceState>) {
    this.#sound = sound;
    this.#stop = microphone.subscribe((state) => {
      this.#listenTo(state.kind === 'on' ? state.track : undefined);
    });
  }

  get level(): Observable<number> {
    return this.#level;
  }

  get isSilent(): Observable<boolean> {
    return this.#isSilent;
  }

  resume(): void {
    if (this.#context?.state === 'suspended') {
      // Refused until someone touches the page: the next touch tries again.
      this.#context.resume().catch(() => undefined);
    }
  }

  close(): void {
    this.#stop();
    this.#meter?.close();
    void this.#context?.close();
    this.#context = undefined;
  }

  #listenTo(track: MediaStreamTrack | undefined): void {
    this.#meter?.close();
    this.#meter = undefined;
    this.#silentReadings = 0;
    this.#level.set(0);
    this.#isSilent.set(false);
    if (track !== undefined) {
      this.#context ??= this.#sound.audioContext();
      this.resume();
      this.#meter = new LevelMeter(this.#context, this.#sound, track, (reading) => {
        this.#take(reading);
      });
    }
  }

  #take({ level, hasSignal }: Reading): void {
    this.#level.set(Math.max(level, hasSignal === true ? this.#level.value * FALL : 0));
    if (hasSignal === undefined) {
      return;
    }
    this.#silentReadings = hasSignal ? 0 : this.#silentReadings + 1;
    this.#isSilent.set(this.#silentReadings * READING_INTERVAL_MS >= SILENCE_MS);
  }
}
