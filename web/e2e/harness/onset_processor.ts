/** Runs in an audio worklet: notes when each of its inputs begins to be loud. */

/** A sound that began. */
export interface Onset {
  readonly input: number;
  /** On the audio context's clock, in seconds. */
  readonly atS: number;
}

declare const currentFrame: number;
declare const sampleRate: number;
declare function registerProcessor(name: string, made: new () => unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const LOUD = 0.05;
/** A sound has ended when so long none was heard: longer than a sound, shorter than the time between two. */
const QUIET_S = 0.3;

class OnsetProcessor extends AudioWorkletProcessor {
  readonly #lastLoudS: number[] = [];

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    for (const [input, channels] of inputs.entries()) {
      const at = channels[0]?.findIndex((sample) => Math.abs(sample) > LOUD) ?? -1;
      if (at === -1) continue;
      const atS = (currentFrame + at) / sampleRate;
      if (atS - (this.#lastLoudS[input] ?? -Infinity) > QUIET_S) {
        this.port.postMessage({ input, atS } satisfies Onset);
      }
      this.#lastLoudS[input] = atS;
    }
    return true;
  }
}

registerProcessor('onsets', OnsetProcessor);
