/** What cannot be seen at all: a text of nothing else is none. */
const INVISIBLE = /[\p{Cf}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/gu;

/**
 * A stranger's text as one line that stays within its bounds: without line breaks, without characters
 * that turn the direction of what follows or stand for nothing, and without piles of marks. Empty where
 * nothing would be seen.
 */
export function plainLine(text: string, maxCharacters: number): string {
  const plain = text
    // Four code units a character at most, so that a huge text isn't worked on.
    .slice(0, 4 * maxCharacters)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u{AD}\u{61C}\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}\p{Co}\p{Cs}]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  const short = Array.from(plain).slice(0, maxCharacters).join('').trim();
  return short.replace(INVISIBLE, '') === '' ? '' : short;
}
