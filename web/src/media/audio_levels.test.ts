import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AudioLevels } from './audio_levels';
import type { SoundPort } from './level_meter';

/** An AudioContext whose analysers hear a constant amplitude for each track. */
function setUp() {
  const open = { contexts: 0, sources: 0 };
  const audioContext = (): AudioContext => {
    open.contexts += 1;
    return {
      state: 'running',
      createMediaStreamSource: ({ loudness }: { loudness: number }) => {
        open.sources += 1;
        return {
          connect: (analyser: { loudness: number }) => (analyser.loudness = loudness),
          disconnect: () => (open.sources -= 1),
        };
      },
      createAnalyser: () => ({
        loudness: 0,
        fftSize: 0,
        getFloatTimeDomainData(samples: Float32Array) {
          samples.fill(this.loudness);
        },
      }),
      close: () => Promise.resolve((open.contexts -= 1)),
    } as unknown as AudioContext;
  };
  const sound = {
    audioContext,
    streamOf: (track: MediaStreamTrack) => track as unknown as MediaStream,
  } as SoundPort;
  return { open, levels: new AudioLevels(sound) };
}

function track(loudness: number): MediaStreamTrack {
  return { loudness, muted: false } as unknown as MediaStreamTrack;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('how loud others are', () => {
  it('is measured for each of them, ten times a second', () => {
    const { levels } = setUp();
    levels.watch(new Map([['ana', track(0.2)], ['li', track(0.0001)]]));
    vi.advanceTimersByTime(100);
    expect(levels.read().get('ana')).toBeGreaterThan(0.9);
    expect(levels.read().get('li')).toBe(0);
  });

  it('is forgotten when they leave, and follows a new track', () => {
    const { levels, open } = setUp();
    levels.watch(new Map([['ana', track(0.2)], ['li', track(0.2)]]));
    vi.advanceTimersByTime(100);
    levels.watch(new Map([['ana', track(0)]]));
    expect(levels.read()).toEqual(new Map([['ana', 0]]));
    vi.advanceTimersByTime(500);
    expect(levels.read().get('ana')).toBe(0);
    expect(open.sources).toBe(1);
  });

  it('keeps a track that is still there connected', () => {
    const { levels, open } = setUp();
    const tracks = new Map([['ana', track(0.2)]]);
    levels.watch(tracks);
    vi.advanceTimersByTime(100);
    levels.watch(new Map(tracks));
    expect(levels.read().get('ana')).toBeGreaterThan(0.9);
    expect(open.sources).toBe(1);
  });

  it('needs one context for a full room, none for an empty one, and leaves nothing behind', () => {
    const { levels, open } = setUp();
    levels.watch(new Map());
    expect(open.contexts).toBe(0);
    levels.watch(new Map(Array.from({ length: 25 }, (_, at) => [String(at), track(0.1)])));
    expect(open.contexts).toBe(1);
    levels.close();
    expect(open).toEqual({ contexts: 0, sources: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });
});
