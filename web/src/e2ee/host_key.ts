import type { Bytes } from '../protocol/bytes';
import { importSeed, publicKeyOfSeed, signingKey, type SigningKey } from '../protocol/signing';

/** The key that makes somebody the host of a meeting. */
export interface HostKey extends SigningKey {
  /** Not extractable: it can be stored and used, and not be read. */
  readonly privateKey: CryptoKey;
}

/**
 * Makes the host key of a seed. The caller wipes the seed.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 */
export async function hostKeyOfSeed(seed: Bytes): Promise<HostKey> {
  const [privateKey, publicKey] = await Promise.all([importSeed(seed), publicKeyOfSeed(seed)]);
  return hostKeyOf(privateKey, publicKey);
}

/** A host key that was stored. */
export function hostKeyOf(privateKey: CryptoKey, publicKey: Bytes): HostKey {
  return { privateKey, ...signingKey(privateKey, publicKey) };
}
