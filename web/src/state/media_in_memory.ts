import type { FrameReport } from '../e2ee/frames/frame_tally';
import { slotOf, type Slot, type SlotName } from '../e2ee/frames/slot';
import { encodeCounters, parseCounters } from '../e2ee/frames/slot_counters';
import type { Member } from '../e2ee/group/group_keys';
import { Subject } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import type { MediaPort } from './delivery';

type Listener = Parameters<MediaPort['onCounters']>[0];

/** Media without frames, for tests: how many were sent and came is set by hand. */
export class MediaInMemory implements MediaPort {
  readonly sealing = new Subject<number | undefined>(undefined);
  readonly isBroken = new Subject(false);
  sent: readonly number[] = [0, 0, 0, 0];
  /** What has come of Ana. */
  readonly came = new Map<SlotName, number>();
  /** What was signed, as text. */
  readonly signed: string[] = [];
  readonly #listeners = new Set<Listener>();

  report(): Promise<FrameReport> {
    const received = [...this.came].map(([name, frames]) => ({
      ...{ identity: 'ana', slot: slotOf(name), frames, counter: frames },
    }));
    return Promise.resolve({ sent: this.sent, received } as unknown as FrameReport);
  }

  sendCounters(body: Bytes): void {
    this.signed.push([...(parseCounters(body) ?? [])].join(' '));
  }

  onCounters(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ana signs how much she has sent. Resolves when it was looked at. */
  async anaSigns(sent: Partial<Record<SlotName, number>>): Promise<void> {
    const counters = Object.entries(sent).map(([name, frames]): [Slot, number] => [
      slotOf(name as SlotName),
      frames,
    ]);
    await this.hear(encodeCounters(new Map(counters)));
  }

  /** Ana's message comes. */
  async hear(body: Uint8Array): Promise<void> {
    const from: Member = { index: 1, identity: 'ana', leafKey: new Uint8Array(32), isHost: false };
    for (const listener of this.#listeners) {
      listener({ from, body: Uint8Array.from(body) });
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}
