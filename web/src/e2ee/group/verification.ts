import { encodeBase64url, type Bytes } from '../../protocol/bytes';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from '../../protocol/signing';

const FIELD_PRIME = 2n ** 255n - 19n;

// The eight points of small order, and the two of them that have a second spelling below the prime
// (x = 0 with the sign bit set). One signature by such a key can fit many messages. Source: Chalkias,
// Garillot, Nikolaenko: "Taming the many EdDSAs" (2020), table 1.
const SMALL_ORDER = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]);

// More than the members of one group and those who were before them.
const MAX_KEYS = 2_048;

/**
 * Whether a public key is spelled canonically (RFC 8032 section 5.1.3) and not of small order. A key
 * that can be spelled twice would be one person with two identities.
 */
export function isSoundKey(key: Uint8Array): boolean {
  const hex = [...key].map((byte) => byte.toString(16).padStart(2, '0'));
  const y = BigInt(`0x${[...hex].reverse().join('') || '0'}`) & (2n ** 255n - 1n);
  return key.length === ED25519_KEY_BYTES && y < FIELD_PRIME && !SMALL_ORDER.has(hex.join(''));
}

/** Verifies Ed25519 signatures, and keeps the keys that it has imported. */
export class Verifier {
  readonly #keys = new Map<string, Promise<CryptoKey | undefined>>();

  /** Whether a signature is genuine. Nothing that is wrong with it throws. */
  async verify(publicKey: Uint8Array, statement: Bytes, signature: Bytes): Promise<boolean> {
    const key = await this.#keyOf(publicKey);
    if (key === undefined || signature.length !== ED25519_SIGNATURE_BYTES) {
      return false;
    }
    return crypto.subtle.verify('Ed25519', key, signature, statement);
  }

  #keyOf(publicKey: Uint8Array): Promise<CryptoKey | undefined> {
    const name = encodeBase64url(publicKey);
    let key = this.#keys.get(name);
    if (key === undefined) {
      if (this.#keys.size >= MAX_KEYS) {
        this.#keys.clear();
      }
      key = importSound(Uint8Array.from(publicKey));
      this.#keys.set(name, key);
    }
    return key;
  }
}

async function importSound(publicKey: Bytes): Promise<CryptoKey | undefined> {
  if (!isSoundKey(publicKey)) {
    return undefined;
  }
  try {
    return await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  } catch {
    return undefined;
  }
}
