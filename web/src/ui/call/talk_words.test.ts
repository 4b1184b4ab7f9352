import { describe, expect, it } from 'vitest';

import { REACTIONS } from '../../state/talk_announcements';
import { reactionName, talkWords } from './talk_words';

function plain(text: string): string {
  return text.replace(/[\u2068\u2069]/g, '');
}

describe('what people say and do is read out', () => {
  it.each([
    [{ kind: 'wrote', names: ['Ana'], count: 1, text: 'Good morning' }, 'Ana wrote: Good morning'],
    [{ kind: 'wrote', names: ['Ana', 'Bo'], count: 5, text: 'x' }, '5 new messages, from Ana and Bo'],
    [{ kind: 'raised', names: [undefined] }, 'Someone raised a hand'],
    [{ kind: 'lowered', names: ['Ana', 'Bo'] }, 'Ana and Bo lowered the hand'],
    [{ kind: 'reacted', names: ['Ana'], emoji: ['👏', '🎉'] }, 'Ana reacted: applause, celebrating'],
    [{ kind: 'own-hand', isUp: true, turn: 2 }, 'Your hand is up: number 2'],
    [{ kind: 'unsent' }, 'The server did not take what you sent'],
  ] as const)('%o', (what, words) => {
    expect(plain(talkWords(what, 'en'))).toBe(words);
  });

  it('keeps what somebody wrote from turning the words around it', () => {
    const said = talkWords({ kind: 'wrote', names: ['Ana'], count: 1, text: 'שלום' }, 'en');
    expect(said).toContain('\u2068שלום\u2069');
  });

  it('has a word for every reaction', () => {
    const names = REACTIONS.map(reactionName);
    expect(new Set(names).size).toBe(REACTIONS.length);
    expect(names.some((name) => (REACTIONS as readonly string[]).includes(name))).toBe(false);
  });
});
