import { defaultLifetimeConfig, defaultAuthenticationService, type RatchetTree } from 'ts-mls';
import { validateRatchetTree } from 'ts-mls/clientState.js';
import { applyUpdatePathSecret } from 'ts-mls/createCommit.js';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import type { PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { decodeProposal, type Proposal } from 'ts-mls/proposal.js';
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  getHpkePublicKey,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from 'ts-mls/ratchetTree.js';
import { treeHash, treeHashRoot } from 'ts-mls/treeHash.js';
import { leafWidth, root, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import {
  applyUpdatePath,
  createUpdatePath,
  decodeUpdatePath,
  firstCommonAncestor,
  type UpdatePath,
} from 'ts-mls/updatePath.js';
import { describe, expect, it, vi } from 'vitest';

import { encodeUtf8 } from '../../protocol/bytes';
import type { Hex, TreeKem } from './rfc9420/vector_files';
import {
  contextOf,
  decoded,
  encodeHex,
  parseHex,
  readVectors,
  vectorSuite,
} from './rfc9420/vectors';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const suite = await vectorSuite();
// The leaves of the vectors are of 2023.
const lifetime = { ...defaultLifetimeConfig, validateLifetimeOnReceive: false };

describe('trees are those of RFC 9420', () => {
  it.each(readVectors('tree-operations'))(
    'a proposal changes what it has to (case %#)',
    (vector) => {
      const before = decoded(decodeRatchetTree, vector.tree_before);
      expect(encodeHex(encodeRatchetTree(before))).toBe(vector.tree_before);
      const after = applied(before, decoded(decodeProposal, vector.proposal), vector.proposal_sender);
      expect(encodeHex(encodeRatchetTree(after))).toBe(vector.tree_after);
    },
  );

  it.each(readVectors('tree-validation'))(
    'a sound tree is found sound, and one with a foreign leaf is not (case %#)',
    async (vector) => {
      const tree = decoded(decodeRatchetTree, vector.tree);
      for (const [at, expected] of vector.resolutions.entries()) {
        expect(resolution(tree, toNodeIndex(at))).toEqual(expected);
      }
      for (const [at, expected] of vector.tree_hashes.entries()) {
        expect(encodeHex(await treeHash(tree, toNodeIndex(at), suite.hash))).toBe(expected);
      }
      const hash = vector.tree_hashes[root(leafWidth(tree.length))] ?? '';
      expect(await faultOf(tree, vector.group_id, hash)).toBeUndefined();
      expect(await faultOf(tree, encodeHex(encodeUtf8('elsewhere')), hash)).toBeDefined();
      expect(await faultOf(tree, vector.group_id, vector.tree_hashes[0] ?? '')).toBeDefined();
    },
  );
});

describe('secrets travel through a tree as RFC 9420 has it', () => {
  const vectors = readVectors('treekem');

  it.each(vectors)('private keys belong to the tree (case %#)', async (vector) => {
    const tree = decoded(decodeRatchetTree, vector.ratchet_tree);
    for (const leaf of vector.leaves_private) {
      const keys = await privatePathOf(vector, leaf.index);
      for (const [node, privateKey] of Object.entries(keys.privateKeys)) {
        const isPair = await fits(privateKey, tree[Number(node)]);
        expect(isPair).toBe(true);
      }
      const node = tree[leaf.index * 2];
      if (node?.nodeType !== 'leaf') throw new Error('no leaf');
      const key = node.leaf.signaturePublicKey;
      const text = encodeUtf8('any');
      const signed = await signWithLabel(parseHex(leaf.signature_priv), 'x', text, suite.signature);
      expect(await verifyWithLabel(key, 'x', text, signed, suite.signature)).toBe(true);
    }
  });

  it.each(vectors)('everybody reads a new path, and nobody else (case %#)', async (vector) => {
    const tree = decoded(decodeRatchetTree, vector.ratchet_tree);
    for (const update of vector.update_paths) {
      const path = decoded(decodeUpdatePath, update.update_path);
      const sender = toLeafIndex(update.sender);
      const after = await applyUpdatePath(tree, sender, path, suite.hash);
      expect(encodeHex(await treeHashRoot(after, suite.hash))).toBe(update.tree_hash_after);
      for (const { index } of vector.leaves_private.filter(({ index }) => index !== update.sender)) {
        const read = await readPath(vector, tree, after, path, update.sender, index);
        expect(read.pathSecret).toBe(update.path_secrets[index]);
        expect(read.commitSecret).toBe(update.commit_secret);
      }
      expect(update.path_secrets[update.sender]).toBeNull();
    }
  });

  it.each(vectors)('paths made here are read by all (case %#)', async (vector) => {
    const tree = decoded(decodeRatchetTree, vector.ratchet_tree);
    const { group_id, epoch, confirmed_transcript_hash } = vector;
    for (const { index: sender, signature_priv } of vector.leaves_private) {
      const context = contextOf(group_id, epoch - 1, '', confirmed_transcript_hash);
      const key = parseHex(signature_priv);
      const [made, path] = await createUpdatePath(tree, toLeafIndex(sender), context, key, suite);
      const applied = await applyUpdatePath(tree, toLeafIndex(sender), path, suite.hash);
      expect(encodeHex(encodeRatchetTree(applied))).toBe(encodeHex(encodeRatchetTree(made)));
      const others = vector.leaves_private.filter(({ index }) => index !== sender);
      const secrets = await Promise.all(
        others.map(({ index }) => readPath(vector, tree, applied, path, sender, index)),
      );
      expect(new Set(secrets.map(({ commitSecret }) => commitSecret)).size).toBe(1);
    }
  });
});

function applied(tree: RatchetTree, proposal: Proposal, sender: number): RatchetTree {
  if ('add' in proposal) {
    return addLeafNode(tree, proposal.add.keyPackage.leafNode)[0];
  }
  if ('update' in proposal) {
    return updateLeafNode(tree, proposal.update.leafNode, toLeafIndex(sender));
  }
  if ('remove' in proposal) {
    return removeLeafNode(tree, toLeafIndex(proposal.remove.removed));
  }
  throw new Error('a proposal that changes no tree');
}

function faultOf(tree: RatchetTree, groupId: Hex, hash: Hex): Promise<Error | undefined> {
  const context = contextOf(groupId, 0, hash, '');
  return validateRatchetTree(
    tree,
    context,
    lifetime,
    defaultAuthenticationService,
    parseHex(hash),
    suite,
  );
}

async function privatePathOf(vector: TreeKem, index: number): Promise<PrivateKeyPath> {
  const leaf = vector.leaves_private.find((one) => one.index === index);
  if (leaf === undefined) throw new Error('no such leaf');
  const privateKeys: Record<number, Uint8Array> = { [index * 2]: parseHex(leaf.encryption_priv) };
  for (const { node, path_secret } of leaf.path_secrets) {
    const secret = await deriveSecret(parseHex(path_secret), 'node', suite.kdf);
    const { privateKey } = await suite.hpke.deriveKeyPair(secret);
    privateKeys[node] = await suite.hpke.exportPrivateKey(privateKey);
  }
  return { leafIndex: index, privateKeys };
}

async function fits(privateKey: Uint8Array, node: RatchetTree[number]): Promise<boolean> {
  if (node === undefined) return false;
  const { hpke } = suite;
  const [info, text] = [encodeUtf8('info'), encodeUtf8('any')];
  const { ct, enc } = await hpke.seal(
    await hpke.importPublicKey(getHpkePublicKey(node)),
    text,
    info,
  );
  const opened = await hpke.open(await hpke.importPrivateKey(privateKey), enc, ct, info);
  return encodeHex(opened) === encodeHex(text);
}

async function readPath(
  vector: TreeKem,
  tree: RatchetTree,
  after: RatchetTree,
  path: UpdatePath,
  sender: number,
  reader: number,
): Promise<{ readonly pathSecret: Hex; readonly commitSecret: Hex }> {
  const { group_id, epoch, confirmed_transcript_hash } = vector;
  const hash = encodeHex(await treeHashRoot(after, suite.hash));
  const context = contextOf(group_id, epoch, hash, confirmed_transcript_hash);
  const keys = await privatePathOf(vector, reader);
  const from = toLeafIndex(sender);
  const read = await applyUpdatePathSecret(tree, keys, from, context, path, [], suite);
  expect(read.nodeIndex).toBe(firstCommonAncestor(tree, toLeafIndex(reader), from));
  const secrets = await pathToRoot(after, toNodeIndex(read.nodeIndex), read.pathSecret, suite.kdf);
  const top = secrets[root(leafWidth(after.length))];
  if (top === undefined) throw new Error('no root');
  return {
    pathSecret: encodeHex(read.pathSecret),
    commitSecret: encodeHex(await deriveSecret(top, 'path', suite.kdf)),
  };
}
