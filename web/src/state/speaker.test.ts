import { describe, expect, it } from 'vitest';

import { SILENCE, hear, speaking, type Speakers } from './speaker';

/** Hears the same levels for a while, ten times a second. */
function listen(before: Speakers, levels: Record<string, number>, forMs: number): Speakers {
  let now = before;
  for (let passed = 100; passed <= forMs; passed += 100) {
    now = hear(now, new Map(Object.entries(levels)), before.atMs + passed);
  }
  return now;
}

describe('who is speaking', () => {
  it('is nobody in a room that only hums', () => {
    const after = listen(SILENCE, { ana: 0.34, li: 0.2 }, 5_000);
    expect(speaking(after)).toEqual([]);
    expect(after.active).toBeUndefined();
  });

  it('shows within half a second', () => {
    const after = listen(SILENCE, { ana: 0.7, li: 0 }, 400);
    expect(speaking(after)).toEqual(['ana']);
    expect(after.active).toBe('ana');
  });

  it('can be several people', () => {
    expect(speaking(listen(SILENCE, { ana: 0.7, li: 0.7 }, 400))).toEqual(['ana', 'li']);
  });

  it('does not blink in the pause between two words', () => {
    let now = listen(SILENCE, { ana: 0.7 }, 1_000);
    for (let word = 0; word < 5; word += 1) {
      now = listen(now, { ana: 0 }, 300);
      expect(speaking(now)).toEqual(['ana']);
      now = listen(now, { ana: 0.7 }, 300);
    }
  });

  it('ends a second after the last word', () => {
    const now = listen(listen(SILENCE, { ana: 0.7 }, 1_000), { ana: 0 }, 1_200);
    expect(speaking(now)).toEqual([]);
  });

  it('ends at once for somebody who mutes or leaves', () => {
    const now = listen(listen(SILENCE, { ana: 0.7, li: 0 }, 1_000), { li: 0 }, 100);
    expect(speaking(now)).toEqual([]);
  });

  it('does not flicker between a level that starts and one that stops', () => {
    const now = listen(SILENCE, { ana: 0.7 }, 1_000);
    expect(speaking(listen(now, { ana: 0.43 }, 5_000))).toEqual(['ana']);
    expect(speaking(listen(SILENCE, { ana: 0.43 }, 5_000))).toEqual([]);
  });
});

describe('the active speaker', () => {
  it('keeps the stage while nobody speaks', () => {
    const now = listen(listen(SILENCE, { ana: 0.7, li: 0 }, 1_000), { ana: 0, li: 0 }, 9_000);
    expect(now.active).toBe('ana');
  });

  it('is not replaced by a cough', () => {
    const talk = listen(SILENCE, { ana: 0.6, li: 0 }, 1_000);
    const cough = listen(talk, { ana: 0.6, li: 0.99 }, 400);
    expect(listen(cough, { ana: 0.6, li: 0 }, 2_000).active).toBe('ana');
  });

  it('is replaced by somebody who talks over them for a second', () => {
    const talk = listen(SILENCE, { ana: 0.6, li: 0 }, 1_000);
    expect(listen(talk, { ana: 0.6, li: 0.8 }, 1_500).active).toBe('li');
  });

  it('does not change between two people who are about as loud', () => {
    const talk = listen(SILENCE, { ana: 0.7, li: 0 }, 1_000);
    expect(listen(talk, { ana: 0.7, li: 0.74 }, 9_000).active).toBe('ana');
  });

  it('is the next one as soon as the first has stopped', () => {
    const talk = listen(SILENCE, { ana: 0.7, li: 0 }, 1_000);
    expect(listen(talk, { ana: 0, li: 0.6 }, 1_300).active).toBe('li');
  });
});
