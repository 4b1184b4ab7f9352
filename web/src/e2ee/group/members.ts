import type { RatchetTree } from 'ts-mls';

import { encodeBase64url } from '../../protocol/bytes';
import type { Member } from './group_keys';
import { identityIn } from './tree_view';

/** The members in a tree whose credentials have been checked. */
export function membersOf(tree: RatchetTree, hosts: ReadonlySet<string>): Member[] {
  return tree.flatMap((node, at) => {
    if (node?.nodeType !== 'leaf' || node.leaf.credential.credentialType !== 'basic') {
      return [];
    }
    const leafKey = Uint8Array.from(node.leaf.signaturePublicKey);
    const identity = identityIn(node.leaf.credential.identity);
    return [{ index: at / 2, identity, leafKey, isHost: hosts.has(encodeBase64url(leafKey)) }];
  });
}
