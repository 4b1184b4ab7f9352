import { describe, expect, it } from 'vitest';

import { encodeKeyId, epochBits, isLeaf, parseKeyId } from './key_id';
import { encodeHeader, parseHeader } from './sframe_header';
import type { Slot } from './slot';

const EDGES = [0, 1, 7, 8, 255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 32, 2 ** 53 - 1];

/** RFC 9605 section 4.3 once more, by digits. */
function expected(kid: number, counter: number): Buffer {
  const digits = (value: number): string => {
    const hex = value.toString(16);
    return value < 8 ? '' : hex.padStart(hex.length + (hex.length % 2), '0');
  };
  const half = (value: number): string =>
    (value < 8 ? value : 7 + digits(value).length / 2).toString(16);
  return Buffer.from(half(kid) + half(counter) + digits(kid) + digits(counter), 'hex');
}

describe('a header', () => {
  it('is what RFC 9605 says, in appendix C.1 too', () => {
    expect(Buffer.from(encodeHeader({ kid: 0, counter: 0 })).toString('hex')).toBe('00');
    expect(Buffer.from(encodeHeader({ kid: 1, counter: 255 })).toString('hex')).toBe('18ff');
    expect(Buffer.from(encodeHeader({ kid: 0x123, counter: 0x4567 })).toString('hex')).toBe(
      '9901234567',
    );
    for (const kid of EDGES) {
      for (const counter of EDGES) {
        const header = encodeHeader({ kid, counter });
        expect(Buffer.from(header)).toEqual(expected(kid, counter));
        expect(parseHeader(header)).toEqual({ kid, counter, length: header.length });
      }
    }
  });

  it('is none when it is cut off', () => {
    const whole = encodeHeader({ kid: 70_000, counter: 2 ** 40 });
    for (let length = 0; length < whole.length; length++) {
      expect(parseHeader(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it.each(['0807', '8007', '090001', '88000100', '0f0020000000000000', 'f0ffffffffffffffff'])(
    'is none in a longer spelling, or with a number too large: %s',
    (hex) => {
      expect(parseHeader(Buffer.from(hex, 'hex'))).toBeUndefined();
    },
  );

  it('is read where it is', () => {
    const header = encodeHeader({ kid: 300, counter: 9 });
    const frame = Uint8Array.of(1, 2, 3, ...header, 4, 5);
    expect(parseHeader(frame, 3)).toEqual({ kid: 300, counter: 9, length: header.length });
    expect(parseHeader(frame, frame.length)).toBeUndefined();
  });
});

describe('a key id', () => {
  it('names slot, leaf and epoch, each for itself', () => {
    const seen = new Set<number>();
    for (const slot of [0, 1, 2, 3] as Slot[]) {
      for (const leaf of [0, 1, 255, 256, 1023]) {
        for (const epoch of [0, 1, 255]) {
          const kid = encodeKeyId({ slot, leaf, epoch });
          expect(parseKeyId(kid)).toEqual({ slot, leaf, epoch });
          expect(kid).toBeLessThan(2 ** 20);
          seen.add(kid);
        }
      }
    }
    expect(seen.size).toBe(4 * 5 * 3);
    expect(parseKeyId(2 ** 20)).toBeUndefined();
    expect(parseKeyId(2 ** 53 - 1)).toBeUndefined();
  });

  it('has room for 1,024 leaves and the last eight bits of an epoch', () => {
    expect([0, 1023, 1024, -1, 0.5].map(isLeaf)).toEqual([true, true, false, false, false]);
    expect(epochBits(70_000)).toBe(70_000 & 255);
  });
});
