/** Longest display name. Source: protocol/README.md, "Sealing". */
export const MAX_NAME_CODE_POINTS = 64;

/** Why a text can't be a display name. */
export type NameProblem = 'empty' | 'too-long' | 'control-characters';

export type NameReading =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'problem'; readonly problem: NameProblem };

/** Control characters, line breaks, halves of characters, and what turns the writing direction. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** What can't be seen: a name of nothing else is none. */
const INVISIBLE = /[\p{Cf}\p{Z}\p{Mn}\u115f\u1160\u2800\u3164\uffa0]/gu;

/** Reads what somebody typed as their name. */
export function readName(typed: string): NameReading {
  const name = typed.trim();
  if (FORBIDDEN.test(name)) {
    return { kind: 'problem', problem: 'control-characters' };
  }
  if (name.replace(INVISIBLE, '') === '') {
    return { kind: 'problem', problem: 'empty' };
  }
  if (Array.from(name).length > MAX_NAME_CODE_POINTS) {
    return { kind: 'problem', problem: 'too-long' };
  }
  return { kind: 'name', name };
}
