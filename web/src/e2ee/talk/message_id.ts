import { concat, encodeBase64url, type Bytes } from '../../protocol/bytes';
import { encodeUint64, type Reader } from '../group/wire';

const LEAF_KEY_BYTES = 32;

/** One message of a member: its leaf key signs each sequence once. Source: protocol/talk.md, "Ids". */
export interface MessageId {
  readonly leafKey: Bytes;
  /** From 1. */
  readonly sequence: number;
}

/** The id as 40 bytes. */
export function encodeMessageId({ leafKey, sequence }: MessageId): Bytes {
  return concat(leafKey, encodeUint64(sequence));
}

/** @throws WireError - fewer bytes, or a sequence that is none. */
export function readMessageId(reader: Reader): MessageId {
  return { leafKey: reader.take(LEAF_KEY_BYTES), sequence: reader.uint64() };
}

/** A spelling of an id by which it is found. */
export function keyOfId({ leafKey, sequence }: MessageId): string {
  return `${encodeBase64url(leafKey)} ${String(sequence)}`;
}
