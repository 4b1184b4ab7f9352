/** How often the level is read. */
export const READING_INTERVAL_MS = 100;

/** What one reading found. */
export interface Reading {
  /** 0..1, as loud as it seems: linear in decibels. */
  readonly level: number;
  /** Whether anything at all came in; unknown while the browser holds the sound back. */
  readonly hasSignal: boolean | undefined;
}

/** The part of the browser's sound that is needed to look at a microphone. */
export interface SoundPort {
  /** Makes `new AudioContext()`. */
  audioContext(): AudioContext;
  /** Makes `new MediaStream([track])`. */
  streamOf(track: MediaStreamTrack): MediaStream;
  /** Makes `new Audio()`. */
  audioElement(): HTMLAudioElement;
}

const WINDOW_SAMPLES = 2048;
const QUIETEST_DB = -60;
const LOUDEST_DB = -12;
/** Half a step of 16-bit sound: less is not quiet, it is nothing. */
const NO_SIGNAL = 2 ** -16;

/** Reads one track's level ten times a second until it is closed. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples = new Float32Array(WINDOW_SAMPLES);
  readonly #track: MediaStreamTrack;
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param context - stays the caller's; a suspended one gives readings without a signal. */
  constructor(
    context: AudioContext,
    sound: SoundPort,
    track: MediaStreamTrack,
    onReading: (reading: Reading) => void,
  ) {
    this.#context = context;
    this.#track = track;
    this.#source = context.createMediaStreamSource(sound.streamOf(track));
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = WINDOW_SAMPLES;
    this.#source.connect(this.#analyser);
    this.#timer = setInterval(() => {
      onReading(this.#read());
    }, READING_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#source.disconnect();
  }

  #read(): Reading {
    if (this.#track.muted) {
      // The system or a switch on the device holds it back, whatever the context does.
      return { level: 0, hasSignal: false };
    }
    if (this.#context.state !== 'running') {
      return { level: 0, hasSignal: undefined };
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return readingOf(this.#samples);
  }
}

/** The level of some samples, each -1..1. */
export function readingOf(samples: Float32Array): Reading {
  let power = 0;
  let peak = 0;
  for (const sample of samples) {
    power += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const db = 10 * Math.log10(power / samples.length);
  const level = (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB);
  return { level: Math.min(1, Math.max(0, level)), hasSignal: peak >= NO_SIGNAL };
}
