import { expect, it } from 'vitest';

import { canonicalJson } from './canonical_json';

it('a value has one spelling, whatever order it was put together in', () => {
  const spelled = '{"10":[1,-2,null,true],"a":{"b":"","c":"é\\n\\u000f\\"\\\\€"},"é":0}';
  const value = { é: 0, a: { c: 'é\n\u000f"\\€', b: '' }, 10: [1, -2, null, true] };
  expect(canonicalJson(value)).toBe(spelled);
});

// The order of RFC 8785 section 3.2.3: by UTF-16 code units, not by code points.
it('names are in the order of their code units', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, 'ö': 7 };
  const order = [...canonicalJson(value).matchAll(/:(\d)/g)].map(([, digit]) => Number(digit));
  expect(order).toEqual([2, 4, 6, 7, 1, 5, 3]);
});

it.each([0.5, Number.NaN, Infinity, 2 ** 53])('%d is not spelled', (number) => {
  expect(() => canonicalJson([number])).toThrow(RangeError);
});
