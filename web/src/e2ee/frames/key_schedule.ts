import { concat, encodeUtf8, type Bytes } from '../../protocol/bytes';
import { hkdf, LABELS } from '../../protocol/derivation';
import { encodeUint64 } from '../group/wire';

/** Length of a tag. It is never shortened. */
export const TAG_BYTES = 16;

const HMAC = { name: 'HMAC', hash: 'SHA-256' };

const NONCE_BYTES = 12;
const COUNTER_AT = NONCE_BYTES - 8;

/** A cipher suite of RFC 9605 section 4.5. */
export interface CipherSuite {
  readonly id: number;
  readonly hash: 'SHA-256' | 'SHA-512';
  readonly keyBits: 128 | 256;
}

/** AES_128_GCM_SHA256_128: the only one in use. */
export const SUITE: CipherSuite = { id: 4, hash: 'SHA-256', keyBits: 128 };

/** What one key id encrypts with. Nobody can read the key. */
export interface FrameKey {
  readonly key: CryptoKey;
  readonly salt: Bytes;
}

/** K_mix, HMAC-SHA256: the part of every media key that follows from the meeting's secret. */
export async function deriveMixKey(secret: Bytes): Promise<CryptoKey> {
  const root = await hkdf(secret, LABELS.root, 32);
  const mix = await hkdf(root, LABELS.mix, 32);
  try {
    return await crypto.subtle.importKey('raw', mix, HMAC, false, ['sign']);
  } finally {
    root.fill(0);
    mix.fill(0);
  }
}

/**
 * The base key of an epoch, HKDF-Extract(K_mix, exported): who has only the group's secret, or only
 * the link's, has none. The exported bytes are zeroed.
 *
 * @param mixKey - K_mix, HMAC-SHA256.
 */
export async function baseKeyOf(mixKey: CryptoKey, exported: Bytes): Promise<CryptoKey> {
  // RFC 5869 section 2.2: extracting is HMAC, with the salt as its key.
  const extracted = new Uint8Array(await crypto.subtle.sign('HMAC', mixKey, exported));
  exported.fill(0);
  try {
    return await importBaseKey(extracted);
  } finally {
    extracted.fill(0);
  }
}

export async function importBaseKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey', 'deriveBits']);
}

/** RFC 9605 section 4.4.2. */
export async function deriveFrameKey(
  base: CryptoKey,
  kid: number,
  use: 'encrypt' | 'decrypt',
  suite: CipherSuite = SUITE,
): Promise<FrameKey> {
  const hkdf = (label: string): HkdfParams => ({
    name: 'HKDF',
    hash: suite.hash,
    salt: new Uint8Array(),
    info: concat(encodeUtf8(label), encodeUint64(kid), Uint8Array.of(0, suite.id)),
  });
  const aes = { name: 'AES-GCM', length: suite.keyBits };
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(hkdf('SFrame 1.0 Secret key '), base, aes, false, [use]),
    crypto.subtle.deriveBits(hkdf('SFrame 1.0 Secret salt '), base, NONCE_BYTES * 8),
  ]);
  return { key, salt: new Uint8Array(salt) };
}

/** RFC 9605 section 4.4.3: the salt and the counter, one over the other. */
export function gcmOf({ salt }: FrameKey, counter: number, aad: Bytes): AesGcmParams {
  const iv = Uint8Array.from(salt);
  const low = new DataView(iv.buffer);
  low.setBigUint64(COUNTER_AT, low.getBigUint64(COUNTER_AT) ^ BigInt(counter));
  return { name: 'AES-GCM', iv, additionalData: aad, tagLength: TAG_BYTES * 8 };
}
