import { RECEIVE_FAULTS, SEND_FAULTS, type ReceiveFault, type SendFault } from './frame_faults';
import type { Announced } from './media_keys';
import { ALL_SLOTS, type Slot } from './slot';

/** What came of one slot of a member. */
export interface SlotReport extends Announced {
  /** How many frames were opened. */
  readonly frames: number;
  /** The highest counter of them: how many that member had sealed for this slot by then, less one. */
  readonly counter: number;
}

/** What went through the worker since it was opened. */
export interface FrameReport {
  /** How many frames were sealed, slot by slot. */
  readonly sent: readonly number[];
  readonly received: readonly SlotReport[];
  /** How many frames were dropped, and why. */
  readonly notSent: Readonly<Record<SendFault, number>>;
  readonly notReceived: Readonly<Record<ReceiveFault, number>>;
}

/** Counts frames. It grows with the members that are known, and with nothing else. */
export class FrameTally {
  readonly #sent = ALL_SLOTS.map(() => 0);
  readonly #notSent = zeros(SEND_FAULTS);
  readonly #notReceived = zeros(RECEIVE_FAULTS);
  readonly #received = new Map<string, SlotReport>();

  sent(slot: Slot): void {
    this.#sent[slot] = (this.#sent[slot] ?? 0) + 1;
  }

  notSent(why: SendFault): void {
    this.#notSent[why]++;
  }

  received(announced: Announced, counter: number): void {
    const { identity, slot } = announced;
    const name = `${String(slot)} ${identity}`;
    const before = this.#received.get(name) ?? { frames: 0, counter: -1 };
    this.#received.set(name, {
      ...{ identity, slot, frames: before.frames + 1 },
      counter: Math.max(before.counter, counter),
    });
  }

  notReceived(why: ReceiveFault): void {
    this.#notReceived[why]++;
  }

  /** Forgets who is no member any more. */
  keepOnly(isKnown: (identity: string) => boolean): void {
    for (const [name, { identity }] of this.#received) {
      if (!isKnown(identity)) {
        this.#received.delete(name);
      }
    }
  }

  report(): FrameReport {
    return {
      sent: [...this.#sent],
      received: [...this.#received.values()],
      notSent: { ...this.#notSent },
      notReceived: { ...this.#notReceived },
    };
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
