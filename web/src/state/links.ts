/** A part of a text: words, or an address that can be opened. */
export type TextPart =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

// Without a limit a text of one kind of letters would be looked through again from each of them.
const ADDRESS = /\bhttps?:\/\/[^\s<>"\u201c\u201d\u00ab\u00bb]{1,2000}/giu;

const TRAILING = /[.,;:!?'\u2026\u2019*_~]+$/u;

const ASCII = /^[\x21-\x7e]+$/;

/**
 * A text with its addresses set apart. What is shown as an address is where it leads: letters that look
 * like others are spelt out, and what pretends to be a host before an @ is no link at all.
 */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { index, 0: found } of text.matchAll(ADDRESS)) {
    const typed = withoutTrailing(found);
    const href = hrefOf(typed);
    if (href !== undefined) {
      words(parts, text.slice(at, index));
      parts.push({ kind: 'link', text: ASCII.test(typed) ? typed : href, href });
      at = index + typed.length;
    }
  }
  words(parts, text.slice(at));
  return parts;
}

function words(parts: TextPart[], text: string): void {
  if (text !== '') {
    parts.push({ kind: 'words', text });
  }
}

/** What ends the sentence is no part of the address, nor a bracket that was opened before it. */
function withoutTrailing(found: string): string {
  let typed = found.replace(TRAILING, '');
  for (const [open, close] of [
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
  ] as const) {
    if (typed.endsWith(close) && !typed.includes(open)) {
      typed = typed.slice(0, -1).replace(TRAILING, '');
    }
  }
  return typed;
}

function hrefOf(typed: string): string | undefined {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  const isPlain = url?.username === '' && url.password === '' && /^https?:$/.test(url.protocol);
  return isPlain ? url.href : undefined;
}
