import { concat, encodeUtf8, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import { encodeUint64 } from '../group/wire';
import { readBody, readText, TALK_FORM } from './talk_form';

/** Longest name, in code points. Source: protocol/README.md, "Sealing". */
export const MAX_NAME_CODE_POINTS = 64;

/** What a member tells those who came later. */
export interface Presence {
  readonly name: string;
  /** Where in the order the hand went up; 0 while it is down. */
  readonly handPlace: number;
}

/** Encodes one's name, of 1 to 64 code points. */
export function encodeName(name: string): Bytes {
  return concat(Uint8Array.of(TALK_FORM), lengthPrefixed(encodeUtf8(name)));
}

/** What somebody calls themselves; undefined when the body is malformed. */
export function parseName(bytes: Uint8Array): string | undefined {
  return readBody(bytes, (reader) => readText(reader, MAX_NAME_CODE_POINTS));
}

/** Encodes what those who came later have missed. */
export function encodePresence({ name, handPlace }: Presence): Bytes {
  return concat(encodeName(name), encodeUint64(handPlace));
}

/** Reads what somebody says again for those who came later; undefined when it is malformed. */
export function parsePresence(bytes: Uint8Array): Presence | undefined {
  return readBody(bytes, (reader) => ({
    name: readText(reader, MAX_NAME_CODE_POINTS),
    handPlace: reader.uint64(),
  }));
}
