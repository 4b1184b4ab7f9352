import { concat, encodeUint32, encodeUtf8, parseUtf8, randomBytes, type Bytes } from './bytes';
import { labelled, type MeetingKeys } from './derivation';

/** Sizes of a sealed meeting. */
export const MEETING_SIZES: readonly number[] = [512, 2048, 8192];

/** The one size of a sealed name. */
export const NAME_SIZES: readonly number[] = [320];

/** Longest name, in characters (code points). */
export const MAX_NAME_CHARS = 64;

const NONCE_BYTES = 12;
const LENGTH_BYTES = 4;
const TAG_BYTES = 16;

/** What the host says of a meeting. Fields that this release doesn't know are kept. */
export interface MeetingCard {
  readonly title: string;
  readonly [field: string]: unknown;
}

/** What was sealed is not for this key, was changed, or is not what it should be. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * Seals what the host says of a meeting.
 *
 * @throws RangeError - it doesn't fit into the largest size.
 */
export async function sealMeeting(
  keys: MeetingKeys,
  card: MeetingCard,
  nonce: Bytes = randomBytes(NONCE_BYTES),
): Promise<Bytes> {
  const text = JSON.stringify(Object.assign({ v: 1 }, card, { v: 1 }));
  return seal(keys.metaKey, text, MEETING_SIZES, meetingData(keys), nonce);
}

/**
 * Opens a sealed meeting.
 *
 * @throws SealError
 */
export async function openMeeting(keys: MeetingKeys, sealed: Bytes): Promise<MeetingCard> {
  const text = await open(keys.metaKey, sealed, MEETING_SIZES, meetingData(keys));
  const { v, ...card } = parseObject(text);
  if (v !== 1 || typeof card['title'] !== 'string') {
    throw new SealError('A sealed meeting of an unknown form.');
  }
  return { ...card, title: card['title'] };
}

/**
 * Seals a name for one identity, so that it can't be moved to another.
 *
 * @throws RangeError - it has no characters, or more than `MAX_NAME_CHARS`.
 */
export async function sealName(
  keys: MeetingKeys,
  identity: string,
  name: string,
  nonce: Bytes = randomBytes(NONCE_BYTES),
): Promise<Bytes> {
  if (!isName(name)) {
    throw new RangeError(`A name has 1 to ${String(MAX_NAME_CHARS)} characters.`);
  }
  return seal(keys.metaKey, name, NAME_SIZES, nameData(keys, identity), nonce);
}

/**
 * Opens the name of an identity.
 *
 * @throws SealError
 */
export async function openName(
  keys: MeetingKeys,
  identity: string,
  sealed: Bytes,
): Promise<string> {
  const name = await open(keys.metaKey, sealed, NAME_SIZES, nameData(keys, identity));
  if (!isName(name)) {
    throw new SealError('A sealed name of a wrong length.');
  }
  return name;
}

async function seal(
  key: CryptoKey,
  text: string,
  sizes: readonly number[],
  additionalData: Bytes,
  nonce: Bytes,
): Promise<Bytes> {
  return sealBytes(key, encodeUtf8(text), sizes, additionalData, nonce);
}

/**
 * Seals bytes, padded to the smallest size that fits.
 *
 * @throws RangeError - they fit into none.
 */
export async function sealBytes(
  key: CryptoKey,
  bytes: Bytes,
  sizes: readonly number[],
  additionalData: Bytes,
  nonce: Bytes = randomBytes(NONCE_BYTES),
): Promise<Bytes> {
  const needed = NONCE_BYTES + LENGTH_BYTES + bytes.length + TAG_BYTES;
  const size = sizes.find((candidate) => candidate >= needed);
  if (size === undefined) {
    throw new RangeError('Too long to be sealed.');
  }
  const padded = concat(encodeUint32(bytes.length), bytes, new Uint8Array(size - needed));
  const parameters = { name: 'AES-GCM', iv: nonce, additionalData };
  return concat(nonce, new Uint8Array(await crypto.subtle.encrypt(parameters, key, padded)));
}

async function open(
  key: CryptoKey,
  sealed: Bytes,
  sizes: readonly number[],
  additionalData: Bytes,
): Promise<string> {
  const text = parseUtf8(await openBytes(key, sealed, sizes, additionalData));
  if (text === undefined) {
    throw new SealError('A sealed text that is no text.');
  }
  return text;
}

/**
 * Opens sealed bytes.
 *
 * @throws SealError
 */
export async function openBytes(
  key: CryptoKey,
  sealed: Bytes,
  sizes: readonly number[],
  additionalData: Bytes,
): Promise<Bytes> {
  if (!sizes.includes(sealed.length)) {
    throw new SealError('A sealed text of an unknown size.');
  }
  const parameters = { name: 'AES-GCM', iv: sealed.slice(0, NONCE_BYTES), additionalData };
  let padded: Bytes;
  try {
    padded = new Uint8Array(
      await crypto.subtle.decrypt(parameters, key, sealed.slice(NONCE_BYTES)),
    );
  } catch (error) {
    throw new SealError('Not sealed for this.', { cause: error });
  }
  return unpad(padded);
}

function unpad(padded: Bytes): Bytes {
  const end = LENGTH_BYTES + new DataView(padded.buffer).getUint32(0);
  if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) {
    throw new SealError('A sealed text that is padded wrongly.');
  }
  return padded.slice(LENGTH_BYTES, end);
}

function meetingData(keys: MeetingKeys): Bytes {
  return labelled('folkmoot v1 sealed meeting', keys.locator);
}

function nameData(keys: MeetingKeys, identity: string): Bytes {
  return labelled('folkmoot v1 sealed name', keys.locator, encodeUtf8(identity));
}

function isName(name: string): boolean {
  // In code points; two code units a character at most, so that a huge text isn't counted.
  const isShort = name.length > 0 && name.length <= 2 * MAX_NAME_CHARS;
  return isShort && Array.from(name).length <= MAX_NAME_CHARS;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SealError('A sealed meeting that is no JSON.', { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SealError('A sealed meeting of an unknown form.');
  }
  return value as Record<string, unknown>;
}
