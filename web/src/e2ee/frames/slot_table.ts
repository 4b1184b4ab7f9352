import { concat, type Bytes } from '../../protocol/bytes';
import { parsed, WireError, Reader } from '../group/wire';
import { ALL_SLOTS, type Slot } from './slot';

const FORM = 1;

/** What a member says of slots: 01 ‖ count ‖ for each, by rising slot: slot ‖ what is said of it. */
export function encodeSlotTable<T>(
  table: ReadonlyMap<Slot, T>,
  encode: (value: T) => Bytes,
): Bytes {
  const entries = [...table].sort(([one], [other]) => one - other);
  return concat(
    Uint8Array.of(FORM, entries.length),
    ...entries.flatMap(([slot, value]) => [Uint8Array.of(slot), encode(value)]),
  );
}

/**
 * Undefined: it is none.
 *
 * @param read - throws WireError where there is no value.
 */
export function parseSlotTable<T>(
  body: Uint8Array,
  read: (reader: Reader) => T,
): ReadonlyMap<Slot, T> | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of what is said of slots.');
    }
    const table = new Map<Slot, T>();
    for (let left = reader.uint8(), last = -1; left > 0; left -= 1) {
      const number = reader.uint8();
      const slot = ALL_SLOTS.find((one) => one === number);
      if (slot === undefined || slot <= last) {
        throw new WireError('Slots are named once, in their order.');
      }
      last = slot;
      table.set(slot, read(reader));
    }
    reader.end();
    return table;
  });
}
