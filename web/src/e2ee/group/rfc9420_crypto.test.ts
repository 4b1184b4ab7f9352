import { mlsExporter } from 'ts-mls';
import { decodeAuthenticatedContent } from 'ts-mls/authenticatedContent.js';
import { refhash } from 'ts-mls/crypto/hash.js';
import { decryptWithLabel, encryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { deriveSecret, deriveTreeSecret, expandWithLabel } from 'ts-mls/crypto/kdf.js';
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js';
import { verifyConfirmationTag } from 'ts-mls/framedContent.js';
import { encodeGroupContext } from 'ts-mls/groupContext.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { computePskSecret } from 'ts-mls/presharedkey.js';
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js';
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js';
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js';
import { left, nodeWidth, parent, right, root, sibling, toNodeIndex } from 'ts-mls/treemath.js';
import { describe, expect, it } from 'vitest';

import { encodeUtf8 } from '../../protocol/bytes';
import type { Hex } from './rfc9420/vector_files';
import {
  contextOf,
  decoded,
  encodeHex,
  parseHex,
  readVectors,
  vectorSuite,
} from './rfc9420/vectors';

const suite = await vectorSuite();
const { hash, hpke, kdf, signature } = suite;

describe('the parts that a group is made of are those of RFC 9420', () => {
  it.each(readVectors('tree-math'))('tree math of $n_leaves leaves', (vector) => {
    const leaves = vector.n_leaves;
    expect(nodeWidth(leaves)).toBe(vector.n_nodes);
    expect(root(leaves)).toBe(vector.root);
    const orNull = (of: () => number): number | null => {
      try {
        return of();
      } catch {
        return null;
      }
    };
    for (let at = 0; at < vector.n_nodes; at += 1) {
      const node = toNodeIndex(at);
      expect(orNull(() => left(node))).toBe(vector.left[at]);
      expect(orNull(() => right(node))).toBe(vector.right[at]);
      expect(orNull(() => parent(node, leaves))).toBe(vector.parent[at]);
      expect(orNull(() => sibling(node, leaves))).toBe(vector.sibling[at]);
    }
  });

  const basics = readVectors('crypto-basics');

  it.each(basics)('hashes and derivations', async (vector) => {
    const { ref_hash: ref, expand_with_label: expand, derive_secret: derive } = vector;
    expect(encodeHex(await refhash(ref.label, parseHex(ref.value), hash))).toBe(ref.out);
    const secret = parseHex(expand.secret);
    const context = parseHex(expand.context);
    expect(
      encodeHex(await expandWithLabel(secret, expand.label, context, expand.length, kdf)),
    ).toBe(expand.out);
    expect(encodeHex(await deriveSecret(parseHex(derive.secret), derive.label, kdf))).toBe(derive.out);
    const tree = vector.derive_tree_secret;
    const of = parseHex(tree.secret);
    expect(
      encodeHex(await deriveTreeSecret(of, tree.label, tree.generation, tree.length, kdf)),
    ).toBe(tree.out);
  });

  it.each(basics)('signatures and encryption', async (vector) => {
    const sign = vector.sign_with_label;
    const [key, content] = [parseHex(sign.pub), parseHex(sign.content)];
    const own = await signWithLabel(parseHex(sign.priv), sign.label, content, signature);
    expect(encodeHex(own)).toBe(sign.signature);
    expect(await verifyWithLabel(key, sign.label, content, own, signature)).toBe(true);
    own[0] = (own[0] ?? 0) ^ 1;
    expect(await verifyWithLabel(key, sign.label, content, own, signature)).toBe(false);

    const seal = vector.encrypt_with_label;
    const context = parseHex(seal.context);
    const open = async (kem: Uint8Array, ciphertext: Uint8Array): Promise<Hex> => {
      const privateKey = await hpke.importPrivateKey(parseHex(seal.priv));
      return encodeHex(
        await decryptWithLabel(privateKey, seal.label, context, kem, ciphertext, hpke),
      );
    };
    expect(await open(parseHex(seal.kem_output), parseHex(seal.ciphertext))).toBe(seal.plaintext);
    const publicKey = await hpke.importPublicKey(parseHex(seal.pub));
    const plain = parseHex(seal.plaintext);
    const { ct, enc } = await encryptWithLabel(publicKey, seal.label, context, plain, hpke);
    expect(await open(enc, ct)).toBe(seal.plaintext);
  });

  it.each(readVectors('psk-secret'))('pre-shared keys', async ({ psks, psk_secret }) => {
    const ids = psks.map(({ psk_id, psk, psk_nonce }) => {
      const id = { psktype: 'external', pskId: parseHex(psk_id), pskNonce: parseHex(psk_nonce) };
      return [id, parseHex(psk)] as Parameters<typeof computePskSecret>[0][number];
    });
    expect(encodeHex(await computePskSecret(ids, suite))).toBe(psk_secret);
  });
});

describe('the secrets of an epoch are those of RFC 9420', () => {
  it.each(readVectors('key-schedule'))('key schedule', async (vector) => {
    let initSecret = parseHex(vector.initial_init_secret);
    for (const [at, epoch] of vector.epochs.entries()) {
      const { tree_hash, confirmed_transcript_hash } = epoch;
      const context = contextOf(vector.group_id, at, tree_hash, confirmed_transcript_hash);
      expect(encodeHex(encodeGroupContext(context))).toBe(epoch.group_context);
      const commitSecret = parseHex(epoch.commit_secret);
      const pskSecret = parseHex(epoch.psk_secret);
      const made = await initializeEpoch(initSecret, commitSecret, context, pskSecret, kdf);
      const keys = made.keySchedule;
      expect({
        joiner_secret: encodeHex(made.joinerSecret),
        welcome_secret: encodeHex(made.welcomeSecret),
        encryption_secret: encodeHex(made.encryptionSecret),
        init_secret: encodeHex(keys.initSecret),
        sender_data_secret: encodeHex(keys.senderDataSecret),
        exporter_secret: encodeHex(keys.exporterSecret),
        epoch_authenticator: encodeHex(keys.epochAuthenticator),
        external_secret: encodeHex(keys.externalSecret),
        confirmation_key: encodeHex(keys.confirmationKey),
        membership_key: encodeHex(keys.membershipKey),
        resumption_psk: encodeHex(keys.resumptionPsk),
      }).toEqual({
        joiner_secret: epoch.joiner_secret,
        welcome_secret: epoch.welcome_secret,
        encryption_secret: epoch.encryption_secret,
        init_secret: epoch.init_secret,
        sender_data_secret: epoch.sender_data_secret,
        exporter_secret: epoch.exporter_secret,
        epoch_authenticator: epoch.epoch_authenticator,
        external_secret: epoch.external_secret,
        confirmation_key: epoch.confirmation_key,
        membership_key: epoch.membership_key,
        resumption_psk: epoch.resumption_psk,
      });
      const { publicKey } = await hpke.deriveKeyPair(keys.externalSecret);
      expect(encodeHex(await hpke.exportPublicKey(publicKey))).toBe(epoch.external_pub);
      const { label, length, context: of, secret } = epoch.exporter;
      const exported = await mlsExporter(keys.exporterSecret, label, parseHex(of), length, suite);
      expect(encodeHex(exported)).toBe(secret);
      initSecret = Uint8Array.from(keys.initSecret);
    }
  });

  it.each(readVectors('secret-tree'))('message keys', async (vector) => {
    const { sender_data: sender, leaves } = vector;
    const [of, ciphertext] = [parseHex(sender.sender_data_secret), parseHex(sender.ciphertext)];
    expect(encodeHex(await expandSenderDataKey(suite, of, ciphertext))).toBe(sender.key);
    expect(encodeHex(await expandSenderDataNonce(suite, of, ciphertext))).toBe(sender.nonce);
    const tree = await createSecretTree(leaves.length, parseHex(vector.encryption_secret), kdf);
    const config = {
      retainKeysForGenerations: 10,
      retainKeysForEpochs: 2,
      maximumForwardRatchetSteps: 200,
    };
    for (const [leaf, generations] of leaves.entries()) {
      for (const expected of generations) {
        for (const kind of ['application', 'handshake'] as const) {
          const ratchet = tree[leaf * 2]?.[kind];
          if (ratchet === undefined) throw new Error('no leaf');
          const { generation } = expected;
          const [{ secret }] = await ratchetUntil(ratchet, generation, config, kdf);
          const key = encodeHex(await deriveKey(secret, generation, suite));
          const nonce = encodeHex(await deriveNonce(secret, generation, suite));
          expect({ key, nonce }).toEqual({
            key: expected[`${kind}_key`],
            nonce: expected[`${kind}_nonce`],
          });
        }
      }
    }
  });

  it.each(readVectors('transcript-hashes'))(
    'transcript hashes (case %#)',
    async (vector) => {
      const { wireformat, content, auth } = decoded(
        decodeAuthenticatedContent,
        vector.authenticated_content,
      );
      if (content.contentType !== 'commit' || auth.contentType !== 'commit') {
        throw new Error('no commit');
      }
      const before = parseHex(vector.interim_transcript_hash_before);
      const input = { wireformat, content, signature: auth.signature };
      const confirmed = await createConfirmedHash(before, input, hash);
      expect(encodeHex(confirmed)).toBe(vector.confirmed_transcript_hash_after);
      const interim = await createInterimHash(confirmed, auth.confirmationTag, hash);
      expect(encodeHex(interim)).toBe(vector.interim_transcript_hash_after);
      const key = parseHex(vector.confirmation_key);
      const { confirmationTag: tag } = auth;
      expect(await verifyConfirmationTag(key, tag, confirmed, hash)).toBe(true);
      expect(await verifyConfirmationTag(encodeUtf8('another'), tag, confirmed, hash)).toBe(false);
    },
  );
});
