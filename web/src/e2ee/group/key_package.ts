import {
  generateKeyPackageWithKey,
  type CiphersuiteImpl,
  type KeyPackage,
  type PrivateKeyPackage,
} from 'ts-mls';

import type { SigningKey } from '../../protocol/signing';
import { credentialOf } from './credential';
import type { GroupSecrets } from './group_secrets';
import { SUITE_NAME } from './mls_suite';

// Clocks of devices differ.
const BEFORE_S = 3_600;
const AFTER_S = 24 * 3_600;

/** Longest life of the first leaf. It ends when its owner commits: then there is no date in it. */
export const MAX_LEAF_LIFETIME_S = BEFORE_S + AFTER_S;

/** A new leaf for a leaf key: fresh encryption keys, the credential of the group. */
export async function makeKeyPackage(
  secrets: GroupSecrets,
  leafKey: SigningKey,
  suite: CiphersuiteImpl,
): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
  const identity = await credentialOf(secrets, leafKey.publicKey);
  const nowS = Math.floor(Date.now() / 1_000);
  return generateKeyPackageWithKey(
    { credentialType: 'basic', identity },
    {
      versions: ['mls10'],
      ciphersuites: [SUITE_NAME],
      extensions: [],
      proposals: [],
      credentials: ['basic'],
    },
    { notBefore: BigInt(nowS - BEFORE_S), notAfter: BigInt(nowS + AFTER_S) },
    [],
    // The private half stays where it is: the suite signs with it (`mls_suite.ts`).
    { signKey: new Uint8Array(), publicKey: leafKey.publicKey },
    suite,
  );
}
