import { describe, expect, it } from 'vitest';

import { plainText } from './plain_text';

describe("a stranger's text on lines of its own", () => {
  it.each([
    ['one\ntwo', 'one\ntwo'],
    ['one\r\ntwo\rthree\u2028four\vfive', 'one\ntwo\nthree\nfour\nfive'],
    ['far\n\n \n\n\napart', 'far\n\napart'],
    ['  tabs\tand\u00a0spaces  ', 'tabs and spaces'],
    ['  code\n    indented', 'code\n    indented'],
    ['\u202Egnitee\u202C Ann', 'gnitee Ann'],
    ['a\u2067b\u2069c\u0007\u001b[31m', 'abc[31m'],
    ['שלום\u200F!', 'שלום\u200F!'],
    ['Zo\u0308e', 'Z\u00F6e'],
    [`a${'\u0302\u0316'.repeat(40)}b`, '\u00E2\u0316\u0316\u0316b'],
    ['👩\u200D🚀 नमस्ते', '👩\u200D🚀 नमस्ते'],
    ['\ud800x\ue000', 'x'],
  ])('of %j is %j', (text, lines) => {
    expect(plainText(text, 4_000)).toBe(lines);
  });

  it.each(['', ' \n', '\u200B\u2060', '\u3164', '\u200F\n\u200E', '\u{E0041}'])(
    'is empty where %j shows nothing',
    (text) => {
      expect(plainText(text, 4_000)).toBe('');
    },
  );

  it('has its length, whatever comes, and comes at once', () => {
    expect(plainText('W'.repeat(80_000), 4_000)).toBe('W'.repeat(4_000));
    expect(Array.from(plainText('🎉'.repeat(80_000), 4_000))).toHaveLength(4_000);
    expect(plainText(' \n'.repeat(80_000), 4_000)).toBe('');
    expect(plainText(`a${' '.repeat(15_000)}b`, 4_000)).toBe('a');
  });
});
