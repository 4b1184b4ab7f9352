import type { Bytes } from '../../protocol/bytes';
import { WireError } from '../group/wire';
import { readBody, TALK_FORM } from './talk_form';

/** Encodes that one's hand goes up, or down. */
export function encodeHand(isUp: boolean): Bytes {
  return Uint8Array.of(TALK_FORM, isUp ? 1 : 0);
}

/** Whether somebody's hand goes up; undefined when the body is malformed. */
export function parseHand(bytes: Uint8Array): boolean | undefined {
  return readBody(bytes, (reader) => {
    const state = reader.uint8();
    if (state > 1) {
      throw new WireError('Neither up nor down.');
    }
    return state === 1;
  });
}
