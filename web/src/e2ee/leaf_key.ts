import { identityOf } from '../protocol/derivation';
import { signingKey, UnsupportedError, type SigningKey } from '../protocol/signing';

/** The key that a device is, in one meeting. It is never stored. */
export interface LeafKey extends SigningKey {
  readonly identity: string;
  /** Not extractable: a worker can be given it to sign with, and nobody can read it. */
  readonly privateKey: CryptoKey;
}

/**
 * Makes a fresh leaf key.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 */
export async function makeLeafKey(): Promise<LeafKey> {
  const { privateKey, publicKey } = await generate();
  const bytes = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  return { privateKey, ...signingKey(privateKey, bytes), identity: await identityOf(bytes) };
}

async function generate(): Promise<CryptoKeyPair> {
  try {
    return await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  } catch (error) {
    throw new UnsupportedError('This browser has no Ed25519.', { cause: error });
  }
}
