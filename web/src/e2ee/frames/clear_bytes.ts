/** What of a frame stays readable, because who forwards it has to read it. */
import { kindOf, type Slot } from './slot';

/** The codecs whose frames are carried. All others are refused: what they leave open is unknown. */
export type Codec = 'opus' | 'vp8' | 'vp9';

const CODECS: Readonly<Record<string, Codec>> = {
  'audio/opus': 'opus',
  'video/vp8': 'vp8',
  'video/vp9': 'vp9',
};

// RFC 6386 section 9.1: of a key frame the tag, the start code and the sizes; else the first byte.
const VP8_DELTA_BYTES = 1;
const VP8_KEY_BYTES = 10;
const VP8_START_CODE = [0x9d, 0x01, 0x2a] as const;
const VP8_START_CODE_AT = 3;

/**
 * The codec of a frame; undefined if its slot may not carry it.
 *
 * @param mimeType - as the browser says. Where it says nothing: what we publish. A frame of another
 *   codec doesn't look like VP8 and is dropped, or shows one byte.
 */
export function codecOf(mimeType: string | undefined, slot: Slot): Codec | undefined {
  const kind = kindOf(slot);
  if (mimeType === undefined) {
    return kind === 'audio' ? 'opus' : 'vp8';
  }
  const codec = CODECS[mimeType.toLowerCase()];
  return (codec === 'opus') === (kind === 'audio') ? codec : undefined;
}

/** How many bytes at its front stay clear; undefined for what is no frame of this codec. */
export function clearLength(codec: Codec, frame: Uint8Array): number | undefined {
  if (codec !== 'vp8') {
    return 0;
  }
  const [first] = frame;
  if (first === undefined) {
    return undefined;
  }
  // RFC 6386 section 9.1: the lowest bit is 0 in key frames.
  const isKey = (first & 1) === 0;
  if (!isKey) {
    return VP8_DELTA_BYTES;
  }
  const isWhole =
    frame.length >= VP8_KEY_BYTES &&
    VP8_START_CODE.every((byte, at) => frame[VP8_START_CODE_AT + at] === byte);
  return isWhole ? VP8_KEY_BYTES : undefined;
}
