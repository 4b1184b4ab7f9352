import { describe, expect, it } from 'vitest';

import {
  concat,
  encodeBase32,
  encodeBase64url,
  encodeUtf8,
  equalBytes,
  lengthPrefixed,
  parseBase64url,
  parseUtf8,
} from './bytes';

// RFC 4648 section 10, without padding.
const RFC4648 = [
  ['', '', ''],
  ['f', 'Zg', 'MY'],
  ['fo', 'Zm8', 'MZXQ'],
  ['foo', 'Zm9v', 'MZXW6'],
  ['foob', 'Zm9vYg', 'MZXW6YQ'],
  ['fooba', 'Zm9vYmE', 'MZXW6YTB'],
  ['foobar', 'Zm9vYmFy', 'MZXW6YTBOI'],
] as const;

describe('bytes as text', () => {
  it.each(RFC4648)('writes %j as the RFC does', (text, base64url, base32) => {
    expect(encodeBase64url(encodeUtf8(text))).toBe(base64url);
    expect(encodeBase32(encodeUtf8(text))).toBe(base32);
    expect(parseBase64url(base64url)).toEqual(encodeUtf8(text));
  });

  it('reads back all 256 values, at every offset', () => {
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    for (const from of [0, 1, 2]) {
      expect(parseBase64url(encodeBase64url(all.subarray(from)))).toEqual(all.slice(from));
    }
  });

  it.each(['Zg==', 'Zh', 'Zm9', 'Z', 'Zm 8', 'Zm+8', 'Zm/8', 'Zmé8', 'Zm9v\n'])(
    'takes no other spelling, such as %j',
    (text) => {
      expect(parseBase64url(text)).toBeUndefined();
    },
  );

  it('takes no broken UTF-8, and keeps a byte order mark', () => {
    expect(parseUtf8(Uint8Array.of(0xc3))).toBeUndefined();
    expect(parseUtf8(encodeUtf8('\uFEFFa'))).toBe('\uFEFFa');
  });
});

describe('bytes put together', () => {
  it('tells fields of a statement apart by their lengths', () => {
    expect(lengthPrefixed(new Uint8Array(258).fill(7))).toEqual(
      concat(Uint8Array.of(1, 2), new Uint8Array(258).fill(7)),
    );
    expect(() => lengthPrefixed(new Uint8Array(0x10000))).toThrow(RangeError);
  });

  it('compares by value', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });
});
