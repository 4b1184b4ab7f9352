import {
  acceptAll,
  bytesToBase64,
  decodeMlsMessage,
  encodeMlsMessage,
  joinGroup,
  makePskIndex,
  processMessage,
  type ClientConfig,
  type ClientState,
  type MLSMessage,
  type PskIndex,
} from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import { decodeCommit, encodeCommit } from 'ts-mls/commit.js';
import { decodeGroupSecrets, encodeGroupSecrets } from 'ts-mls/groupSecrets.js';
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import { makeKeyPackageRef, type KeyPackage } from 'ts-mls/keyPackage.js';
import {
  protectApplicationData,
  protectProposal,
  unprotectPrivateMessage,
} from 'ts-mls/messageProtection.js';
import { protectProposalPublic, unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import {
  decodeAdd,
  decodeExternalInit,
  decodeGroupContextExtensions,
  decodePSK,
  decodeProposal,
  decodeReinit,
  decodeRemove,
  decodeUpdate,
  encodeAdd,
  encodeExternalInit,
  encodeGroupContextExtensions,
  encodePSK,
  encodeProposal,
  encodeReinit,
  encodeRemove,
  encodeUpdate,
} from 'ts-mls/proposal.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { createSecretTree } from 'ts-mls/secretTree.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { describe, expect, it, vi } from 'vitest';

import { encodeUtf8 } from '../../protocol/bytes';
import type { Hex, PassiveClient } from './rfc9420/vector_files';
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
const config: ClientConfig = {
  ...defaultClientConfig,
  // The leaves of the vectors are of 2023.
  lifetimeConfig: { ...defaultClientConfig.lifetimeConfig, validateLifetimeOnReceive: false },
};

function message<W extends MLSMessage['wireformat']>(
  text: Hex,
  wireformat: W,
): Extract<MLSMessage, { wireformat: W }> {
  const read = decoded(decodeMlsMessage, text);
  if (read.wireformat !== wireformat) throw new Error(`no ${wireformat}`);
  return read as Extract<MLSMessage, { wireformat: W }>;
}

describe('what is sent is protected as RFC 9420 has it', () => {
  // Of two leaves; the sender is the second. What is in them doesn't matter: the key is given.
  const [pair = ''] = readVectors('tree-validation').map(({ tree }) => tree);
  const tree = decoded(decodeRatchetTree, pair);

  const vectors = readVectors('message-protection').map((vector) => {
    const context = contextOf(
      vector.group_id,
      vector.epoch,
      vector.tree_hash,
      vector.confirmed_transcript_hash,
    );
    const key = parseHex(vector.signature_pub);
    const retention = config.keyRetentionConfig;
    return {
      vector,
      context,
      keys: () => createSecretTree(2, parseHex(vector.encryption_secret), suite.kdf),
      readPublic: (public_: Hex) => {
        const { publicMessage } = message(public_, 'mls_public_message');
        const membership = parseHex(vector.membership_key);
        return unprotectPublicMessage(membership, context, tree, publicMessage, suite, key);
      },
      readPrivate: async (private_: Hex) => {
        const { privateMessage } = message(private_, 'mls_private_message');
        const secrets = await createSecretTree(2, parseHex(vector.encryption_secret), suite.kdf);
        const of = parseHex(vector.sender_data_secret);
        return (
          await unprotectPrivateMessage(
            of,
            privateMessage,
            secrets,
            tree,
            context,
            retention,
            suite,
            key,
          )
        ).content;
      },
    };
  });

  it.each(vectors)('proposals', async ({ vector, readPublic, readPrivate }) => {
    for (const { content } of [
      await readPublic(vector.proposal_pub),
      await readPrivate(vector.proposal_priv),
    ]) {
      if (content.contentType !== 'proposal') throw new Error('no proposal');
      expect(encodeHex(encodeProposal(content.proposal))).toBe(vector.proposal);
    }
  });

  it.each(vectors)('commits', async ({ vector, readPublic, readPrivate }) => {
    for (const { content } of [
      await readPublic(vector.commit_pub),
      await readPrivate(vector.commit_priv),
    ]) {
      if (content.contentType !== 'commit') throw new Error('no commit');
      expect(encodeHex(encodeCommit(content.commit))).toBe(vector.commit);
    }
  });

  it.each(vectors)('messages', async ({ vector, readPrivate }) => {
    const { content } = await readPrivate(vector.application_priv);
    if (content.contentType !== 'application') throw new Error('no message');
    expect(encodeHex(content.applicationData)).toBe(vector.application);
  });

  it.each(vectors)('nothing that was changed on its way is read', async ({ vector, ...read }) => {
    const changed = (text: Hex): Hex => `${text.slice(0, -2)}${text.endsWith('00') ? '01' : '00'}`;
    await expect(read.readPublic(changed(vector.commit_pub))).rejects.toThrow();
    await expect(read.readPrivate(changed(vector.commit_priv))).rejects.toThrow();
    await expect(read.readPrivate(changed(vector.application_priv))).rejects.toThrow();
  });

  it.each(vectors)('what is protected here is read again', async (made) => {
    const { vector, context, keys, readPublic, readPrivate } = made;
    const key = parseHex(vector.signature_priv);
    const proposal = decoded(decodeProposal, vector.proposal);
    const senderData = parseHex(vector.sender_data_secret);
    const nothing = new Uint8Array();
    const padding = { kind: 'padUntilLength', padUntilLength: 0 } as const;
    const membership = parseHex(vector.membership_key);
    const { publicMessage } = await protectProposalPublic(
      key, membership, context, nothing, proposal, 1, suite,
    );
    const hidden = await protectProposal(
      key, senderData, proposal, nothing, context, await keys(), 1, padding, suite,
    );
    const data = parseHex(vector.application);
    const sealed = await protectApplicationData(
      key, senderData, data, nothing, context, await keys(), 1, padding, suite,
    );
    const version = 'mls10' as const;
    const encoded = (of: MLSMessage): Hex => encodeHex(encodeMlsMessage(of));
    const wireformat = 'mls_private_message' as const;
    const texts = [
      await readPublic(encoded({ version, wireformat: 'mls_public_message', publicMessage })),
      await readPrivate(encoded({ version, wireformat, privateMessage: hidden.privateMessage })),
    ].map(({ content }) =>
      content.contentType === 'proposal' ? encodeHex(encodeProposal(content.proposal)) : '',
    );
    expect(texts).toEqual([vector.proposal, vector.proposal]);
    const { content } = await readPrivate(
      encoded({ version, wireformat, privateMessage: sealed.privateMessage }),
    );
    expect(content.contentType === 'application' && encodeHex(content.applicationData)).toBe(
      vector.application,
    );
  });
});

describe('who is welcomed follows the group', () => {
  it.each(readVectors('welcome'))('a welcome is opened', async (vector) => {
    const { keyPackage } = message(vector.key_package, 'mls_key_package');
    const { welcome } = message(vector.welcome, 'mls_welcome');
    const reference = await makeKeyPackageRef(keyPackage, suite.hash);
    const key = await suite.hpke.importPrivateKey(parseHex(vector.init_priv));
    const secrets = await decryptGroupSecrets(key, reference, welcome, suite.hpke);
    if (secrets === undefined) throw new Error('no secrets');
    const psk = new Uint8Array(suite.kdf.size);
    const info = await decryptGroupInfo(welcome, secrets.joinerSecret, psk, suite);
    if (info === undefined) throw new Error('no GroupInfo');
    const signer = parseHex(vector.signer_pub);
    expect(await verifyGroupInfoSignature(info, signer, suite.signature)).toBe(true);
    const { joinerSecret } = secrets;
    expect(await verifyGroupInfoConfirmationTag(info, joinerSecret, psk, suite)).toBe(true);
    expect(await verifyGroupInfoConfirmationTag(info, psk, psk, suite)).toBe(false);
  });

  const cases = (['welcome', 'handling-commit', 'random'] as const).flatMap((name) =>
    readVectors(`passive-client-${name}`).map((vector, at) => ({ name, at, vector })),
  );

  it.each(cases)('passive client: $name, case $at', async ({ vector }) => {
    let state = await joined(vector);
    expect(authenticatorOf(state)).toBe(vector.initial_epoch_authenticator);
    for (const { proposals, commit, epoch_authenticator } of vector.epochs) {
      for (const text of [...proposals, commit]) {
        state = await followed(state, text, psksOf(vector, state));
      }
      expect(authenticatorOf(state)).toBe(epoch_authenticator);
    }
  });

  function psksOf(vector: PassiveClient, state: ClientState | undefined): PskIndex {
    const named = vector.external_psks.map(({ psk_id, psk }) => [
      bytesToBase64(parseHex(psk_id)),
      parseHex(psk),
    ]);
    return makePskIndex(state, Object.fromEntries(named) as Record<string, Uint8Array>);
  }

  async function joined(vector: PassiveClient): Promise<ClientState> {
    const { keyPackage } = message(vector.key_package, 'mls_key_package');
    await expectPairs(vector, keyPackage);
    const { welcome } = message(vector.welcome, 'mls_welcome');
    const keys = {
      initPrivateKey: parseHex(vector.init_priv),
      hpkePrivateKey: parseHex(vector.encryption_priv),
      signaturePrivateKey: parseHex(vector.signature_priv),
    };
    const tree =
      vector.ratchet_tree === null ? undefined : decoded(decodeRatchetTree, vector.ratchet_tree);
    const psks = psksOf(vector, undefined);
    return joinGroup(welcome, keyPackage, keys, psks, suite, tree, undefined, config);
  }

  async function expectPairs(vector: PassiveClient, keyPackage: KeyPackage): Promise<void> {
    const { hpke, signature } = suite;
    const [info, text] = [encodeUtf8('info'), encodeUtf8('any')];
    for (const [privateKey, publicKey] of [
      [vector.init_priv, keyPackage.initKey],
      [vector.encryption_priv, keyPackage.leafNode.hpkePublicKey],
    ] as const) {
      const { ct, enc } = await hpke.seal(await hpke.importPublicKey(publicKey), text, info);
      const own = await hpke.importPrivateKey(parseHex(privateKey));
      expect(encodeHex(await hpke.open(own, enc, ct, info))).toBe(encodeHex(text));
    }
    const signed = await signature.sign(parseHex(vector.signature_priv), text);
    const { signaturePublicKey } = keyPackage.leafNode;
    expect(await signature.verify(signaturePublicKey, text, signed)).toBe(true);
  }

  async function followed(state: ClientState, text: Hex, psks: PskIndex): Promise<ClientState> {
    const read = decoded(decodeMlsMessage, text);
    if (read.wireformat !== 'mls_public_message' && read.wireformat !== 'mls_private_message') {
      throw new Error('no message to a group');
    }
    return (await processMessage(read, state, psks, acceptAll, suite)).newState;
  }

  function authenticatorOf({ keySchedule }: ClientState): Hex {
    return encodeHex(keySchedule.epochAuthenticator);
  }
});

describe('what is read is written the same way again', () => {
  type Reader = readonly [RegExp, (text: Hex) => Uint8Array];

  const READERS: readonly Reader[] = [
    [/^mls_|^public_message|^private_message/, (text) => encodeMlsMessage(decoded(decodeMlsMessage, text))],
    [/^ratchet_tree$/, (text) => encodeRatchetTree(decoded(decodeRatchetTree, text))],
    [/^group_secrets$/, (text) => encodeGroupSecrets(decoded(decodeGroupSecrets, text))],
    [/^add_proposal$/, (text) => encodeAdd(decoded(decodeAdd, text))],
    [/^update_proposal$/, (text) => encodeUpdate(decoded(decodeUpdate, text))],
    [/^remove_proposal$/, (text) => encodeRemove(decoded(decodeRemove, text))],
    [/^pre_shared_key_proposal$/, (text) => encodePSK(decoded(decodePSK, text))],
    [/^re_init_proposal$/, (text) => encodeReinit(decoded(decodeReinit, text))],
    [/^external_init_proposal$/, (text) => encodeExternalInit(decoded(decodeExternalInit, text))],
    [
      /^group_context_extensions_proposal$/,
      (text) => encodeGroupContextExtensions(decoded(decodeGroupContextExtensions, text)),
    ],
    [/^commit$/, (text) => encodeCommit(decoded(decodeCommit, text))],
  ];

  it.each(readVectors('messages'))('case %#', (vector) => {
    for (const [name, text] of Object.entries(vector)) {
      const [, rewritten] = READERS.find(([pattern]) => pattern.test(name)) ?? [];
      if (rewritten === undefined) throw new Error(`nothing reads ${name}`);
      expect([name, encodeHex(rewritten(text))]).toEqual([name, text]);
    }
  });
});
