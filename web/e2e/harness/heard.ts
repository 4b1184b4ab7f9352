import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { mediaFile, type Appearance } from './media';

/** Loudness is compared in steps of 20 ms. */
export const STEP_MS = 20;
const RATE_HZ = 48_000;

/**
 * From this correlation on, what is heard has the envelope of the voice. Measured over whole calls:
 * 0.98 for the right voice, 0.49 at most for the other one, 0 for silence.
 */
export const SAME_VOICE = 0.75;

/**
 * Listens to the voice of the only other person in a call and returns its loudness, step by step. The
 * samples carry their own times, so that a busy machine bends nothing; what is missing is silence.
 */
export async function listen(page: Page, ms: number): Promise<readonly number[]> {
  return page.evaluate(measure, { ms, stepMs: STEP_MS });
}

/** Not in TypeScript's DOM: Chromium's, from "MediaStreamTrack Insertable Media Processing". */
declare const MediaStreamTrackProcessor: new (init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize: number;
}) => { readonly readable: ReadableStream<AudioData> };

/** Runs in the page; MediaStreamTrackProcessor is Chromium's. */
async function measure({ ms, stepMs }: { ms: number; stepMs: number }): Promise<number[]> {
  const streams = Array.from(document.querySelectorAll('audio'), ({ srcObject }) => srcObject);
  const track = streams
    .flatMap((stream) => (stream instanceof MediaStream ? stream.getAudioTracks() : []))
    .find(({ readyState }) => readyState === 'live');
  if (track === undefined) {
    return [];
  }
  const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: 200 });
  const reader = processor.readable.getReader();
  const steps = Math.floor(ms / stepMs);
  const squares = new Float64Array(steps);
  const counts = new Float64Array(steps);
  const deadline = performance.now() + ms + 2_000;
  let begin = Number.NaN;
  for (;;) {
    const late = new Promise<undefined>((resolve) => {
      setTimeout(resolve, Math.max(0, deadline - performance.now()));
    });
    const chunk = (await Promise.race([reader.read(), late]))?.value;
    if (chunk === undefined) {
      break;
    }
    begin = Number.isNaN(begin) ? chunk.timestamp : begin;
    const first = begin;
    const samples = new Float32Array(chunk.numberOfFrames);
    chunk.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    const startMs = (chunk.timestamp - first) / 1000;
    samples.forEach((sample, at) => {
      const step = Math.floor((startMs + (at * 1000) / chunk.sampleRate) / stepMs);
      if (step < steps) {
        squares[step] = (squares[step] ?? 0) + sample * sample;
        counts[step] = (counts[step] ?? 0) + 1;
      }
    });
    chunk.close();
    if (startMs > ms) {
      break;
    }
  }
  await reader.cancel();
  return Array.from(squares, (square, step) => Math.sqrt(square / Math.max(1, counts[step] ?? 0)));
}

/** How much what was heard resembles a voice: the best normalised correlation over all delays. */
export function likeness(heard: readonly number[], voice: Appearance['voice']): number {
  const source = envelopeOf(voice);
  let best = 0;
  for (let delay = 0; delay < source.length; delay += 1) {
    const played = heard.map((_, at) => source[(delay + at) % source.length] ?? 0);
    best = Math.max(best, correlation(heard, played));
  }
  return best;
}

/** Listens until somebody sounds like this voice, a few times at most. Returns the last likeness. */
export async function untilHeard(
  page: Page,
  voice: Appearance['voice'],
  ms = 5_000,
  times = 4,
): Promise<number> {
  let last = 0;
  for (let time = 0; time < times && last < SAME_VOICE; time += 1) {
    last = likeness(await listen(page, ms), voice);
  }
  return last;
}

/** The loudest step. */
export function loudest(heard: readonly number[]): number {
  return Math.max(0, ...heard);
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [product, squaresOne, squaresOther] = [0, 0, 0];
  one.forEach((value, at) => {
    const [a, b] = [value - meanOne, (other[at] ?? 0) - meanOther];
    product += a * b;
    squaresOne += a * a;
    squaresOther += b * b;
  });
  const scale = Math.sqrt(squaresOne * squaresOther);
  return scale < 1e-9 ? 0 : product / scale;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function envelopeOf(voice: Appearance['voice']): readonly number[] {
  const file = readFileSync(mediaFile(voice));
  return loudnessOf(file.subarray(file.indexOf('data') + 8));
}

/** The loudness of 16-bit samples, one channel, 48 kHz, in steps. */
export function loudnessOf(samples: Buffer): readonly number[] {
  const perStep = (RATE_HZ * STEP_MS) / 1000;
  const steps = Math.floor(samples.length / 2 / perStep);
  return Array.from({ length: steps }, (_, step) => {
    let sum = 0;
    for (let at = 0; at < perStep; at += 1) {
      const sample = samples.readInt16LE(2 * (step * perStep + at)) / 32_768;
      sum += sample * sample;
    }
    return Math.sqrt(sum / perStep);
  });
}
