import type { LeafNode, RatchetTree } from 'ts-mls';

import { encodeBase64url, parseUtf8 } from '../../protocol/bytes';
import { IDENTITY_CHARS } from '../../protocol/derivation';
import type { Leaf } from './membership_rules';

/** The leaves of a tree, in their order. */
export function leavesOf(tree: RatchetTree): Leaf[] {
  return tree.flatMap((node, at) =>
    node?.nodeType === 'leaf' ? [{ index: at / 2, ...leafOf(node.leaf) }] : [],
  );
}

/** What the rules see of a leaf. */
export function leafOf(leaf: LeafNode): Omit<Leaf, 'index'> {
  const { credential } = leaf;
  return {
    leafKey: encodeBase64url(leaf.signaturePublicKey),
    credential:
      credential.credentialType === 'basic' ? encodeBase64url(credential.identity) : 'not basic',
    encryptionKey: encodeBase64url(leaf.hpkePublicKey),
  };
}

/** The identity in a credential that has been checked. */
export function identityIn(credential: Uint8Array): string {
  return parseUtf8(credential.slice(1, 1 + IDENTITY_CHARS)) ?? '';
}
