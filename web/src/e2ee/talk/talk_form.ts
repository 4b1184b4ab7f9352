import { parseUtf8 } from '../../protocol/bytes';
import { parsed, Reader, WireError } from '../group/wire';

/** The form of every body in protocol/talk.md. */
export const TALK_FORM = 1;

/**
 * Reads a whole body of the known form.
 *
 * @param read - throws `WireError` for what is none; what it leaves over makes the body none, too.
 * @returns undefined when it is none.
 */
export function readBody<T>(body: Uint8Array, read: (reader: Reader) => T): T | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    if (reader.uint8() !== TALK_FORM) {
      throw new WireError('An unknown form of body.');
    }
    const what = read(reader);
    reader.end();
    return what;
  });
}

/**
 * The next text, in `LP`.
 *
 * @throws WireError - it is no UTF-8, empty, or longer than so many code points.
 */
export function readText(reader: Reader, maxCodePoints: number): string {
  const bytes = reader.prefixed();
  // Before it is taken apart: four bytes a code point at most.
  const text = bytes.length > 4 * maxCodePoints ? undefined : parseUtf8(bytes);
  if (text === undefined || text === '' || Array.from(text).length > maxCodePoints) {
    throw new WireError('No text, or too much of it.');
  }
  return text;
}
