import { concat, encodeUint32, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import { ED25519_SIGNATURE_BYTES } from '../../protocol/signing';
import { encodeUint64, parsed, Reader, WireError } from './wire';

/** What members tell each other. The numbers stand in `protocol/group.md`. */
export const MESSAGE_TYPES = {
  name: 1,
  presence: 2,
  hand: 3,
  reaction: 4,
  chat: 5,
  slot: 6,
  counters: 7,
  ack: 8,
  heartbeat: 9,
  leave: 10,
  history: 11,
  substitute: 12,
  comparison: 13,
  service: 14,
} as const;

export type MessageType = keyof typeof MESSAGE_TYPES;

/** Sizes of a message before it is encrypted: the server sees a class, not a length. */
export const MESSAGE_SIZES: readonly number[] = [256, 512, 1024, 2048, 4096, 8192, 15_360];

const FORM = 1;
const FIXED_BYTES = 1 + 1 + 4 + 8 + 8 + 2 + ED25519_SIGNATURE_BYTES;

/** Longest body of a message. */
export const MAX_BODY_BYTES = 15_360 - FIXED_BYTES;

const NAMES = new Map<number, MessageType>(
  (Object.keys(MESSAGE_TYPES) as MessageType[]).map((name) => [MESSAGE_TYPES[name], name]),
);

/** A message, as it is inside of its encryption. */
export interface PlainMessage {
  readonly type: MessageType;
  readonly leaf: number;
  /** One higher with each message of a leaf key, in every epoch. */
  readonly sequence: number;
  /** How far in the order its sender had read. */
  readonly position: number;
  readonly body: Bytes;
  readonly signature: Bytes;
}

/**
 * Encodes a message and pads it to the smallest size that fits.
 *
 * @throws RangeError - its body is longer than `MAX_BODY_BYTES`.
 */
export function encodeMessage(message: PlainMessage): Bytes {
  const needed = FIXED_BYTES + message.body.length;
  const size = MESSAGE_SIZES.find((candidate) => candidate >= needed);
  if (size === undefined) {
    throw new RangeError('A message is too long.');
  }
  return concat(
    Uint8Array.of(FORM, MESSAGE_TYPES[message.type]),
    encodeUint32(message.leaf),
    encodeUint64(message.sequence),
    encodeUint64(message.position),
    lengthPrefixed(message.body),
    message.signature,
    new Uint8Array(size - needed),
  );
}

/** Reads a message; undefined when it is none, or of a type that is not known here. */
export function parseMessage(bytes: Uint8Array): PlainMessage | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (!MESSAGE_SIZES.includes(bytes.length) || reader.uint8() !== FORM) {
      throw new WireError('An unknown form of message.');
    }
    const type = NAMES.get(reader.uint8());
    if (type === undefined) {
      throw new WireError('An unknown type of message.');
    }
    const leaf = reader.uint32();
    const sequence = reader.uint64();
    const position = reader.uint64();
    const body = reader.prefixed();
    const signature = reader.take(ED25519_SIGNATURE_BYTES);
    if (reader.rest().some((byte) => byte !== 0)) {
      throw new WireError('A message that is padded wrongly.');
    }
    return { type, leaf, sequence, position, body, signature };
  });
}
