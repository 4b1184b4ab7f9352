/** What cannot be seen at all: a text of nothing else is none. */
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/gu;

/**
 * A stranger's text on lines of its own that stays within its bounds: as `plainLine`, but with line
 * breaks, never more than one empty line, and with the marks that say which way a word is written, which
 * end with their paragraph. Empty where nothing would be seen.
 */
export function plainText(text: string, maxCharacters: number): string {
  const plain = text
    // Four code units a character at most, so that a huge text isn't worked on.
    .slice(0, 4 * maxCharacters)
    .normalize('NFC')
    .replace(/\r\n?|[\v\f\u{85}\p{Zl}\p{Zp}]/gu, '\n')
    .replace(/[^\S\n]/gu, ' ')
    .replace(/(?!\n)[\p{Cc}\u{AD}\u{200B}\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}\p{Co}\p{Cs}]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line, at, lines) => line !== '' || lines[at - 1] !== '')
    .join('\n')
    .trim();
  const short = Array.from(plain).slice(0, maxCharacters).join('').trim();
  return short.replace(INVISIBLE, '') === '' ? '' : short;
}
