import { slotOf, type Slot } from '../e2ee/frames/slot';
import { encodeAnnouncement, type SlotAnnouncement } from '../e2ee/frames/slot_announcement';
import type { Clock } from '../observable/clock';
import type { Bytes } from '../protocol/bytes';
import type { Publication } from '../session/call';

/** People who come one after the other are told together. */
export const REPEAT_MS = 250;

/** Signs for the others which of one's publications is which: until they know, they play none of it. */
export class SlotAnnouncer {
  readonly #send: (body: Bytes) => boolean;
  readonly #clock: Clock;
  #announcement: SlotAnnouncement = new Map();
  #cancel: (() => void) | undefined;
  #isAskedAgain = false;

  /** @param send - false: too many messages wait already. */
  constructor(send: (body: Bytes) => boolean, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** What oneself publishes now. */
  published(publications: readonly Publication[]): void {
    const announcement = new Map(publications.map(({ id, source }) => [slotOf(source), id]));
    if (!isSame(announcement, this.#announcement)) {
      this.#announcement = announcement;
      this.#tell();
    }
  }

  /** Somebody may not have heard: they have just come, or were elsewhere. */
  repeat(): void {
    if (this.#cancel !== undefined) {
      this.#isAskedAgain = true;
    } else if (this.#announcement.size > 0) {
      this.#tell();
    }
  }

  close(): void {
    this.#cancel?.();
  }

  #tell(): void {
    const isSent = this.#send(encodeAnnouncement(this.#announcement));
    this.#isAskedAgain = !isSent;
    this.#cancel?.();
    this.#cancel = this.#clock.after(REPEAT_MS, () => {
      this.#cancel = undefined;
      if (this.#isAskedAgain) this.#tell();
    });
  }
}

function isSame(one: ReadonlyMap<Slot, string>, other: SlotAnnouncement): boolean {
  return one.size === other.size && [...one].every(([slot, id]) => other.get(slot) === id);
}
