import type { Bytes } from '../../protocol/bytes';

/** What is in front of the ciphertext (RFC 9605 section 4.3). Both are below 2^53. */
export interface SframeHeader {
  readonly kid: number;
  readonly counter: number;
}

/** A header as it was read, and where it ends. */
export interface ReadHeader extends SframeHeader {
  readonly length: number;
}

// In each half of the first byte: below 8 the number itself, else 8 + its length in bytes less one.
const LONG = 8;

export function encodeHeader({ kid, counter }: SframeHeader): Bytes {
  const bytes = new Uint8Array(1 + bytesFor(kid) + bytesFor(counter));
  bytes[0] = (half(kid) << 4) | half(counter);
  write(bytes, kid, 1, bytesFor(kid));
  write(bytes, counter, 1 + bytesFor(kid), bytesFor(counter));
  return bytes;
}

/**
 * Reads a header from a place on. Undefined where there is none: cut off, numbers from 2^53 on, or
 * another spelling than the shortest.
 */
export function parseHeader(bytes: Uint8Array, at = 0): ReadHeader | undefined {
  const first = bytes[at];
  if (first === undefined) {
    return undefined;
  }
  const kid = read(bytes, first >> 4, at + 1);
  const counter = kid && read(bytes, first & 15, at + 1 + kid.length);
  if (kid === undefined || counter === undefined) {
    return undefined;
  }
  return { kid: kid.value, counter: counter.value, length: 1 + kid.length + counter.length };
}

function half(value: number): number {
  return value < LONG ? value : LONG + bytesFor(value) - 1;
}

/** How many bytes beside the first one a number takes. */
function bytesFor(value: number): number {
  if (value < LONG) {
    return 0;
  }
  let length = 1;
  for (let rest = value; rest > 0xff; rest = Math.floor(rest / 256)) {
    length++;
  }
  return length;
}

function write(bytes: Uint8Array, value: number, at: number, length: number): void {
  let rest = value;
  for (let place = at + length - 1; place >= at; place--) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function read(
  bytes: Uint8Array,
  code: number,
  at: number,
): { readonly value: number; readonly length: number } | undefined {
  if (code < LONG) {
    return { value: code, length: 0 };
  }
  const length = code - LONG + 1;
  if (at + length > bytes.length) {
    return undefined;
  }
  const value = bytes.subarray(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  const isShortest = Number.isSafeInteger(value) && bytesFor(value) === length;
  return isShortest ? { value, length } : undefined;
}
