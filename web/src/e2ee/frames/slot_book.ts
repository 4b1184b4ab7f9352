import { Subject, type Observable } from '../../observable/observable';
import type { ReceivedMessage } from '../group/group_keys';
import type { SlotLookup } from './frame_encryption';
import type { Slot } from './slot';
import { parseAnnouncement } from './slot_announcement';

/** Which publication of whom carries what, as each member has signed last. The server is not asked. */
export class SlotBook {
  readonly #slots = new Map<string, ReadonlyMap<string, Slot>>();
  readonly #lookup = new Subject<SlotLookup>(() => undefined);

  get lookup(): Observable<SlotLookup> {
    return this.#lookup;
  }

  /** Takes a `slot` message. What is none changes nothing. */
  take({ from, body }: Pick<ReceivedMessage, 'from' | 'body'>): void {
    const announcement = parseAnnouncement(body);
    if (announcement !== undefined) {
      const slots = [...announcement].map(([slot, publication]) => [publication, slot] as const);
      this.#slots.set(from.identity, new Map(slots));
      this.#tell();
    }
  }

  /** Forgets who is no member any more. */
  keepOnly(members: ReadonlySet<string>): void {
    const gone = [...this.#slots.keys()].filter((identity) => !members.has(identity));
    for (const identity of gone) {
      this.#slots.delete(identity);
    }
    if (gone.length > 0) this.#tell();
  }

  #tell(): void {
    // Another function each time, so that everybody who follows it looks again.
    this.#lookup.set((identity, publication) => this.#slots.get(identity)?.get(publication));
  }
}
