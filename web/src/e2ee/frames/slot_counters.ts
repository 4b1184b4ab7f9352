import { concat, type Bytes } from '../../protocol/bytes';
import { encodeUint64, parsed, Reader, WireError } from '../group/wire';
import { ALL_SLOTS, type Slot } from './slot';

const FORM = 1;

/** How many frames a member has sealed for each slot since their page was opened. */
export type SlotCounters = ReadonlyMap<Slot, number>;

/** The body of a `counters` message (`protocol/frames.md`). */
export function encodeCounters(counters: SlotCounters): Bytes {
  const entries = [...counters].sort(([one], [other]) => one - other);
  return concat(
    Uint8Array.of(FORM, entries.length),
    ...entries.flatMap(([slot, frames]) => [Uint8Array.of(slot), encodeUint64(frames)]),
  );
}

/** Undefined: it is none. */
export function parseCounters(body: Uint8Array): SlotCounters | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of counters.');
    }
    const counters = new Map<Slot, number>();
    for (let left = reader.uint8(), last = -1; left > 0; left -= 1) {
      const number = reader.uint8();
      const slot = ALL_SLOTS.find((one) => one === number);
      if (slot === undefined || slot <= last) {
        throw new WireError('Slots are counted once, in their order.');
      }
      last = slot;
      counters.set(slot, reader.uint64());
    }
    reader.end();
    return counters;
  });
}
