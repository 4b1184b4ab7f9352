import type { Bytes } from '../../protocol/bytes';
import type { ChannelClient } from './channel_client';
import type { RefusedWhy } from './channel_frames';
import type { Clock } from '../../observable/clock';
import type { GroupKeys } from './group_keys';
import type { MessageType } from './group_message';
import type { Outcome, SessionNotice } from './session_parts';

/** More than people send while a connection is away. */
const MAX_WAITING = 512;

const PAUSE_MS = 250;

// What is refused for one of these reasons is taken when it is said again; for others it never is.
const LATER: ReadonlySet<RefusedWhy> = new Set(['stale', 'too_soon', 'no_group']);

interface Parts {
  readonly keys: GroupKeys;
  readonly channel: ChannelClient;
  readonly clock: Clock;
  readonly isMember: () => boolean;
  /** A message stands in the order. */
  readonly onLanded: (type: MessageType, digest: Bytes, body: Bytes) => void;
  /** What became of a message: one that `send` has taken ends in one of these, once. */
  readonly onOutcome?: (outcome: Outcome) => void;
  readonly onNotice: (notice: SessionNotice) => void;
  /** There is no group any more in which a message could be sent. */
  readonly onNoGroup: () => void;
}

/** What is said, or how to say it when it can be said: undefined when it need not be any more. */
type Body = Bytes | (() => Bytes | undefined);

interface Outgoing {
  readonly type: MessageType;
  readonly body: Body;
  /** What it was sealed with. */
  said: Bytes;
  sequence: number | undefined;
  digest: Bytes;
}

/** Brings this member's messages into the order: each once, whatever breaks in between. */
export class MessageDesk {
  readonly #parts: Parts;
  readonly #waiting: Outgoing[] = [];
  readonly #underWay = new Map<number, Outgoing>();
  #isBusy = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.length + this.#underWay.size;
  }

  /** Sends what is true when it is sent, and once: not again while one of this type waits. */
  sendLatest(type: MessageType, make: () => Bytes | undefined): void {
    if (!this.#waiting.some((outgoing) => outgoing.type === type)) {
      this.send(type, make);
    }
  }

  /** Sends a message; false when too many wait already. */
  send(type: MessageType, body: Body): boolean {
    if (this.waiting >= MAX_WAITING) {
      return false;
    }
    const [said, digest] = [new Uint8Array(), new Uint8Array()];
    this.#waiting.push({ type, body, said, sequence: undefined, digest });
    void this.work();
    return true;
  }

  /** One's own message has come back; what nobody can read any more is sent again. */
  landed(sequence: number, isTooOld: boolean, place: number): void {
    const outgoing = this.#underWay.get(sequence);
    this.#underWay.delete(sequence);
    if (outgoing === undefined) {
      return;
    }
    if (isTooOld) {
      this.#waiting.unshift(outgoing);
      void this.work();
    } else {
      const { type, said: body } = outgoing;
      this.#parts.onLanded(type, outgoing.digest, body);
      this.#parts.onOutcome?.({ kind: 'sent', type, body, sequence, place });
    }
  }

  /** After a broken connection: what has not come back by now was not taken. */
  again(): void {
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    this.#waiting.unshift(...lost);
    void this.work();
  }

  async work(): Promise<void> {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    while (this.#parts.channel.isOpen && this.#parts.isMember()) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        break;
      }
      await this.#send(next);
    }
    this.#isBusy = false;
  }

  async #send(outgoing: Outgoing): Promise<void> {
    const { keys, channel, clock } = this.#parts;
    const said = typeof outgoing.body === 'function' ? outgoing.body() : outgoing.body;
    if (said === undefined) {
      return;
    }
    outgoing.said = said;
    const sealed = await keys.seal(outgoing.type, said, outgoing.sequence);
    outgoing.sequence = sealed.sequence;
    outgoing.digest = sealed.digest;
    this.#underWay.set(sealed.sequence, outgoing);
    const answer = await channel.ask({ frame: 'message', message: sealed.message });
    if (answer.kind !== 'refused') {
      return;
    }
    this.#underWay.delete(sealed.sequence);
    if (!LATER.has(answer.why)) {
      const { type } = outgoing;
      this.#parts.onNotice({ kind: 'unsent-message', type, why: answer.why });
      this.#parts.onOutcome?.({ kind: 'unsent', type, body: said });
      return;
    }
    this.#waiting.unshift(outgoing);
    if (answer.why === 'no_group') {
      this.#parts.onNoGroup();
    }
    await new Promise<void>((resolve) => {
      clock.after(Math.max(answer.retryAfterMs, PAUSE_MS), resolve);
    });
  }
}
