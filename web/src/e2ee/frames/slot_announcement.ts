import { encodeUtf8, lengthPrefixed, parseUtf8, type Bytes } from '../../protocol/bytes';
import { WireError, type Reader } from '../group/wire';
import type { Slot } from './slot';
import { encodeSlotTable, parseSlotTable } from './slot_table';

// The server gives these names; LiveKit's have 14 letters.
const MAX_PUBLICATION_BYTES = 64;

/** Which publication carries which slot. Slots that are not named carry nothing. */
export type SlotAnnouncement = ReadonlyMap<Slot, string>;

/** The body of a `slot` message (`protocol/frames.md`). */
export function encodeAnnouncement(announcement: SlotAnnouncement): Bytes {
  return encodeSlotTable(announcement, (publication) => lengthPrefixed(encodeUtf8(publication)));
}

/** Undefined: it is none. */
export function parseAnnouncement(body: Uint8Array): SlotAnnouncement | undefined {
  return parseSlotTable(body, publicationIn);
}

function publicationIn(reader: Reader): string {
  const bytes = reader.prefixed();
  const publication = bytes.length <= MAX_PUBLICATION_BYTES ? parseUtf8(bytes) : undefined;
  if (publication === undefined || publication === '') {
    throw new WireError('No name of a publication.');
  }
  return publication;
}
