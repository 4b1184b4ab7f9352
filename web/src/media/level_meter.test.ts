import { describe, expect, it } from 'vitest';

import { readingOf } from './level_meter';

const toneOf = (amplitude: number): Float32Array =>
  Float32Array.from({ length: 2048 }, (_, at) => amplitude * Math.sin(at / 7));

describe('the level of a microphone', () => {
  it('grows with loudness and stays within 0 and 1', () => {
    const levels = [0, 0.001, 0.01, 0.1, 1].map((amplitude) => readingOf(toneOf(amplitude)).level);
    expect(levels.at(0)).toBe(0);
    expect(levels.at(-1)).toBe(1);
    expect([...levels].sort((a, b) => a - b)).toEqual(levels);
  });

  it('is in the middle of the bar for speech at some distance', () => {
    const { level } = readingOf(toneOf(0.03));
    expect(level).toBeGreaterThan(0.4);
    expect(level).toBeLessThan(0.7);
  });

  it('tells a quiet room from a microphone that gives nothing', () => {
    expect(readingOf(toneOf(0.0002)).hasSignal).toBe(true);
    expect(readingOf(toneOf(0)).hasSignal).toBe(false);
  });
});
