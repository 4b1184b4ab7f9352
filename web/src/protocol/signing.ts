import { concat, parseBase64url, type Bytes } from './bytes';

/** Length of an Ed25519 seed and of a public key. */
export const ED25519_KEY_BYTES = 32;

/** Length of an Ed25519 signature. */
export const ED25519_SIGNATURE_BYTES = 64;

/** A key that signs statements. The private half can't be read from it. */
export interface SigningKey {
  readonly publicKey: Bytes;
  sign(statement: Bytes): Promise<Bytes>;
}

/** A browser cannot do what every meeting needs. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

// PKCS#8 (RFC 8410) around an Ed25519 seed: the only form in which WebCrypto takes a private key
// without its public half.
const PKCS8_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);

/**
 * Imports a seed as a key that signs and that nobody reads again.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 */
export async function importSeed(seed: Bytes): Promise<CryptoKey> {
  return importPkcs8(seed, false);
}

/**
 * The public key of a seed.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 */
export async function publicKeyOfSeed(seed: Bytes): Promise<Bytes> {
  // WebCrypto shows the public half only of keys that can be exported; this one is dropped at once.
  const key = await importPkcs8(seed, true);
  const { x } = await crypto.subtle.exportKey('jwk', key);
  const publicKey = x === undefined ? undefined : parseBase64url(x);
  if (publicKey?.length !== ED25519_KEY_BYTES) {
    throw new UnsupportedError('Ed25519 public key missing.');
  }
  return publicKey;
}

/** A WebCrypto private key, together with its public half, as a signing key. */
export function signingKey(privateKey: CryptoKey, publicKey: Bytes): SigningKey {
  return {
    publicKey,
    async sign(statement: Bytes): Promise<Bytes> {
      return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, statement));
    },
  };
}

async function importPkcs8(seed: Bytes, isExtractable: boolean): Promise<CryptoKey> {
  const pkcs8 = concat(PKCS8_PREFIX, seed);
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', isExtractable, ['sign']);
  } catch (error) {
    throw new UnsupportedError('This browser has no Ed25519.', { cause: error });
  } finally {
    pkcs8.fill(0);
  }
}
