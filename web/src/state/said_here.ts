import type { MessageType } from '../e2ee/group/group_message';
import type { Bytes } from '../protocol/bytes';

/** Where what was said here came to stand. */
export interface Landed {
  readonly sequence: number;
  readonly place: number;
}

/** What becomes of something that was said here: exactly one of these, once, or neither while it is under way. */
export interface Fate {
  readonly onSent: (landed: Landed) => void;
  readonly onUnsent: () => void;
}

/** Sends what is said here, and tells each its fate. */
export class SaidHere {
  readonly #send: (type: MessageType, body: Bytes) => boolean;
  readonly #underWay = new Map<Bytes, Fate>();

  /** @param send - false when too many wait already. */
  constructor(send: (type: MessageType, body: Bytes) => boolean) {
    this.#send = send;
  }

  say(type: MessageType, body: Bytes, fate?: Fate): void {
    if (fate !== undefined) {
      this.#underWay.set(body, fate);
    }
    if (!this.#send(type, body)) {
      this.unsent(body);
    }
  }

  sent(body: Bytes, landed: Landed): void {
    this.#take(body)?.onSent(landed);
  }

  unsent(body: Bytes): void {
    this.#take(body)?.onUnsent();
  }

  #take(body: Bytes): Fate | undefined {
    const fate = this.#underWay.get(body);
    this.#underWay.delete(body);
    return fate;
  }
}
