import {
  defaultCryptoProvider,
  getCiphersuiteFromName,
  type CiphersuiteImpl,
  type CiphersuiteName,
} from 'ts-mls';

import type { SigningKey } from '../../protocol/signing';
import type { Verifier } from './verification';

/** The one cipher suite of this release: X25519, AES-128-GCM, SHA-256, Ed25519 (RFC 9420, suite 1). */
export const SUITE_NAME: CiphersuiteName = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';

/**
 * The cipher suite, signing with a leaf key that nobody can read: what the library takes for the
 * private key is ignored.
 */
export async function suiteFor(leafKey: SigningKey, verifier: Verifier): Promise<CiphersuiteImpl> {
  const suite = await defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName(SUITE_NAME));
  return {
    ...suite,
    signature: {
      sign: (_ignored, message) => leafKey.sign(Uint8Array.from(message)),
      verify: (publicKey, message, signature) =>
        verifier.verify(publicKey, Uint8Array.from(message), Uint8Array.from(signature)),
      keygen: () => Promise.reject(new Error('A leaf key is made before its group.')),
    },
  };
}
