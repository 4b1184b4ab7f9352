import { concat, encodeUint32, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import { MAX_ACTS } from './host_acts';
import { MAX_BODY_BYTES } from './group_message';
import { parsed, Reader, WireError } from './wire';

const FORM = 1;
const HEADER_BYTES = 9;

/** Some of the sealed acts of a meeting. */
export interface HistoryPart {
  /** Of the first of `acts`, counted from 0. */
  readonly from: number;
  readonly total: number;
  readonly acts: readonly Bytes[];
}

/** The acts of a meeting as bodies of messages of type `history`. */
export function encodeHistory(acts: readonly Bytes[]): Bytes[] {
  const bodies: Bytes[] = [];
  let from = 0;
  while (from < acts.length) {
    let size = HEADER_BYTES;
    let end = from;
    for (let next = acts[end]; next && size + 2 + next.length <= MAX_BODY_BYTES; next = acts[end]) {
      size += 2 + next.length;
      end += 1;
    }
    const head = [Uint8Array.of(FORM), encodeUint32(from), encodeUint32(acts.length)];
    bodies.push(concat(...head, ...acts.slice(from, end).map(lengthPrefixed)));
    from = end;
  }
  return bodies;
}

export function parseHistory(body: Uint8Array): HistoryPart | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of history.');
    }
    const from = reader.uint32();
    const total = reader.uint32();
    const acts: Bytes[] = [];
    while (!reader.isAtEnd) {
      acts.push(reader.prefixed());
    }
    if (total > MAX_ACTS || from + acts.length > total) {
      throw new WireError('More acts than there can be.');
    }
    return { from, total, acts };
  });
}

/** Puts the parts of one sender together. */
export class HistoryCollector {
  readonly #acts: Bytes[] = [];

  /** Takes a part; all acts, once they are there. */
  take(part: HistoryPart): readonly Bytes[] | undefined {
    if (part.from === 0) {
      this.#acts.length = 0;
    }
    if (part.from !== this.#acts.length) {
      return undefined;
    }
    this.#acts.push(...part.acts);
    return this.#acts.length === part.total ? [...this.#acts] : undefined;
  }
}
