/** What a signed text can hold. Numbers are whole, so that they have one spelling everywhere. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Spells a value in the one way that RFC 8785 (JSON Canonicalization Scheme) leaves.
 *
 * @throws RangeError - a number is not whole, or not safe.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError('A number in a signed text must be whole.');
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  if (isList(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  // By UTF-16 code units (RFC 8785 section 3.2.3), as JavaScript sorts.
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  const spelled = members.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`);
  return `{${spelled.join(',')}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
