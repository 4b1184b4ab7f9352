import { concat, encodeUtf8, lengthPrefixed, parseUtf8, type Bytes } from '../../protocol/bytes';
import { parsed, Reader, WireError } from '../group/wire';
import { ALL_SLOTS, type Slot } from './slot';

const FORM = 1;

// The server gives these names; LiveKit's have 14 letters.
const MAX_PUBLICATION_BYTES = 64;

/** Which publication carries which slot. Slots that are not named carry nothing. */
export type Announcement = ReadonlyMap<Slot, string>;

/** The body of a `slot` message (`protocol/frames.md`). */
export function encodeAnnouncement(announcement: Announcement): Bytes {
  const entries = [...announcement].sort(([one], [other]) => one - other);
  return concat(
    Uint8Array.of(FORM, entries.length),
    ...entries.flatMap(([slot, publication]) => [
      Uint8Array.of(slot),
      lengthPrefixed(encodeUtf8(publication)),
    ]),
  );
}

/** Undefined: it is none. */
export function parseAnnouncement(body: Uint8Array): Announcement | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of slot announcement.');
    }
    const announcement = new Map<Slot, string>();
    for (let left = reader.uint8(), last = -1; left > 0; left -= 1) {
      const slot = reader.uint8();
      if (!isSlot(slot) || slot <= last) {
        throw new WireError('Slots are named once, in their order.');
      }
      last = slot;
      announcement.set(slot, publicationIn(reader));
    }
    reader.end();
    return announcement;
  });
}

function publicationIn(reader: Reader): string {
  const bytes = reader.prefixed();
  const publication = bytes.length <= MAX_PUBLICATION_BYTES ? parseUtf8(bytes) : undefined;
  if (publication === undefined || publication === '') {
    throw new WireError('No name of a publication.');
  }
  return publication;
}

function isSlot(number: number): number is Slot {
  return (ALL_SLOTS as readonly number[]).includes(number);
}
