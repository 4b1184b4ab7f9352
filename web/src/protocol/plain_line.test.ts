import { describe, expect, it } from 'vitest';

import { plainLine } from './plain_line';

describe("a stranger's text on one line", () => {
  it.each([
    ['Thursday circle', 'Thursday circle'],
    ['  two\r\n\tlines\u2028more ', 'two lines more'],
    ['\u202Egnitee\u202C Ann', 'gnitee Ann'],
    ['\u2067a\u2069\u200Fb\u061Cc\u00ADd', 'abcd'],
    ['Zo\u0308e', 'Z\u00F6e'],
    [`a${'\u0302\u0316'.repeat(40)}b`, '\u00E2\u0316\u0316\u0316b'],
    ['👩\u200D🚀 नमस्ते', '👩\u200D🚀 नमस्ते'],
    ['\ud800x\ue000', 'x'],
  ])('of %j is %j', (text, line) => {
    expect(plainLine(text, 120)).toBe(line);
  });

  it.each(['', ' \n', '\u200B\u2060', '\u3164', '\u2800 \u115F', '\uFE0F', '\u{E0041}'])(
    'is empty where %j shows nothing',
    (text) => {
      expect(plainLine(text, 120)).toBe('');
    },
  );

  it('has its length, whatever comes', () => {
    expect(plainLine('W'.repeat(8_000), 120)).toBe('W'.repeat(120));
    expect(Array.from(plainLine('🎉'.repeat(8_000), 120))).toHaveLength(120);
  });
});
