import { concat, encodeBase64url, encodeUint32, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import { HEAD_BYTES } from './commit_data';
import { parsed, Reader, WireError } from './wire';

/** How often somebody says that the group stands. */
export const HEARTBEAT_MS = 10_000;

/** How much later each next one in rank does it, when the ones before are silent. */
export const RANK_DELAY_MS = 3_000;

const FORM = 1;
const HASH_BYTES = 32;
const LOCKED = 1;
const HAS_TO_ASK = 2;

// Several may speak at once; who names none of these has another past.
const KNOWN = 16;

/** What a heartbeat says. Its epoch and its signature are those of the message that it is. */
export interface Heartbeat {
  /** One higher than that of the heartbeat before. */
  readonly number: number;
  readonly isLocked: boolean;
  readonly hasToAsk: boolean;
  readonly treeHash: Bytes;
  readonly actHead: Bytes;
  /** The digest of the heartbeat before; zeros when none is known. */
  readonly previous: Bytes;
  /** A checkpoint of the log, if there is one (reserved). */
  readonly checkpoint: Bytes;
}

export function encodeHeartbeat(heartbeat: Heartbeat): Bytes {
  const flags = (heartbeat.isLocked ? LOCKED : 0) | (heartbeat.hasToAsk ? HAS_TO_ASK : 0);
  return concat(
    Uint8Array.of(FORM),
    encodeUint32(heartbeat.number),
    Uint8Array.of(flags),
    heartbeat.treeHash,
    heartbeat.actHead,
    heartbeat.previous,
    lengthPrefixed(heartbeat.checkpoint),
  );
}

export function parseHeartbeat(bytes: Uint8Array): Heartbeat | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of heartbeat.');
    }
    const number = reader.uint32();
    const flags = reader.uint8();
    const heartbeat = {
      number,
      isLocked: (flags & LOCKED) !== 0,
      hasToAsk: (flags & HAS_TO_ASK) !== 0,
      treeHash: reader.take(HASH_BYTES),
      actHead: reader.take(HEAD_BYTES),
      previous: reader.take(HASH_BYTES),
      checkpoint: reader.prefixed(),
    };
    reader.end();
    return heartbeat;
  });
}

const NONE = encodeBase64url(new Uint8Array(HASH_BYTES));

/** The heartbeats of a meeting, each naming one before it. */
export class HeartbeatChain {
  #known: string[] = [];
  #last: Bytes = new Uint8Array(HASH_BYTES);
  #number = 0;

  /** What the next heartbeat names. */
  get next(): { readonly previous: Bytes; readonly number: number } {
    return { previous: this.#last, number: this.#number + 1 };
  }

  /** Takes a heartbeat; false when its past is another one than what was heard here. */
  follow(heartbeat: Heartbeat, digest: Bytes): boolean {
    const previous = encodeBase64url(heartbeat.previous);
    // The first that is heard is where the chain begins for this device.
    // Two who have heard none yet may send one at the same time, and so may somebody who has just come.
    const follows =
      this.#known.length === 0 || previous === NONE || this.#known.includes(previous);
    this.#known = [...this.#known, encodeBase64url(digest)].slice(-KNOWN);
    this.#last = digest;
    this.#number = heartbeat.number;
    return follows;
  }
}
