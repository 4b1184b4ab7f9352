import { describe, expect, it } from 'vitest';

import type { Person } from '../../state/people';
import { nameIn, tileWords, wordsFor } from './words';

const ANA: Person = {
  identity: 'ana',
  isLocal: false,
  isHost: false,
  presence: 'here',
  name: 'Ana',
  isMicrophoneOn: true,
  camera: undefined,
};

function plain(text: string): string {
  return text.replace(/[\u2068\u2069]/g, '');
}

describe('what is announced', () => {
  it('names up to four people and counts the rest', () => {
    const joined = (...names: (string | undefined)[]): string =>
      plain(wordsFor({ kind: 'joined', names }, 'en'));
    expect(joined('Ana')).toBe('Ana joined');
    expect(joined('Ana', 'Li')).toBe('Ana and Li joined');
    expect(joined('Ana', 'Li', 'Samuel', undefined)).toBe('Ana, Li, Samuel, and Someone joined');
    expect(joined('Ana', 'Li', 'Samuel', 'Tenzin', 'Maria')).toBe(
      'Ana, Li, Samuel and 2 others joined',
    );
  });

  it('says that nobody speaks', () => {
    expect(wordsFor({ kind: 'speaking', names: [] }, 'en')).toBe('Nobody is speaking');
  });

  it('keeps a name that is written from right to left in its place', () => {
    expect(nameIn('שרה')).toBe('\u2068שרה\u2069');
    expect(nameIn(undefined)).toBe('Someone');
  });
});

describe('a tile, to somebody who can’t see it', () => {
  it('is who it is and how they are', () => {
    const still = { speaking: false, pinned: false, frozen: false };
    expect(tileWords(ANA, still)).toBe('Ana, microphone on, camera off');
    expect(tileWords(ANA, { ...still, speaking: true, pinned: true })).toBe(
      'Ana, microphone on, camera off, speaking, pinned',
    );
    expect(tileWords({ ...ANA, isLocal: true, isMicrophoneOn: false }, still)).toBe(
      'You, microphone off, camera off',
    );
  });
});
