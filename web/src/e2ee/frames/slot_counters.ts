import type { Bytes } from '../../protocol/bytes';
import { encodeUint64 } from '../group/wire';
import type { Slot } from './slot';
import { encodeSlotTable, parseSlotTable } from './slot_table';

/** How many frames a member has sealed for each slot since their page was opened. */
export type SlotCounters = ReadonlyMap<Slot, number>;

/** The body of a `counters` message (`protocol/frames.md`). */
export function encodeCounters(counters: SlotCounters): Bytes {
  return encodeSlotTable(counters, encodeUint64);
}

/** Undefined: it is none. */
export function parseCounters(body: Uint8Array): SlotCounters | undefined {
  return parseSlotTable(body, (reader) => reader.uint64());
}
