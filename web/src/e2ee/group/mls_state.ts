import {
  createGroupInfoWithExternalPubAndRatchetTree,
  decodeMlsMessage,
  encodeMlsMessage,
  type CiphersuiteImpl,
  type ClientConfig,
  type ClientState,
  type GroupInfo,
  type KeyPackage,
  type LeafNode,
  type MLSMessage,
  type SecretTree,
} from 'ts-mls';
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js';

import { equalBytes, type Bytes } from '../../protocol/bytes';
import type { MembershipCheck } from './credential';
import { GroupInfoError } from './group_keys';
import { MAX_LEAF_LIFETIME_S } from './key_package';
import { SUITE_NAME } from './mls_suite';
import type { Leaf } from './membership_rules';
import { leavesOf } from './tree_view';

/** For how many epochs before this one messages are still read. The server takes no older ones. */
export const PAST_EPOCHS = 2;

/** How the library is to behave: nothing by default. */
export function configFor(membership: MembershipCheck): ClientConfig {
  const isSame = (one: KeyPackage, other: LeafNode): boolean =>
    equalBytes(one.leafNode.signaturePublicKey, other.signaturePublicKey);
  return {
    authService: membership,
    keyRetentionConfig: {
      retainKeysForEpochs: PAST_EPOCHS,
      // The channel is ordered: what is passed over was held back, or comes again in a moment.
      retainKeysForGenerations: 10,
      maximumForwardRatchetSteps: 200,
    },
    lifetimeConfig: {
      maximumTotalLifetime: BigInt(MAX_LEAF_LIFETIME_S),
      validateLifetimeOnReceive: true,
    },
    keyPackageEqualityConfig: {
      compareKeyPackages: (one, other) => isSame(one, other.leafNode),
      compareKeyPackageToLeafNode: isSame,
    },
    // Messages are padded before they are sealed (`group_message.ts`).
    paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
  };
}

/** Reads an MLSMessage and nothing behind it; undefined when it is none. */
export function decodeMls(bytes: Uint8Array): MLSMessage | undefined {
  try {
    const [message, length] = decodeMlsMessage(bytes, 0) ?? [undefined, 0];
    return length === bytes.length ? message : undefined;
  } catch {
    // Decoders throw as they please on what strangers send.
    return undefined;
  }
}

/** The GroupInfo of a state, with its tree, as an MLSMessage. */
export async function encodeGroupInfo(state: ClientState, suite: CiphersuiteImpl): Promise<Bytes> {
  const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(state, [], suite);
  const message = { version: 'mls10', wireformat: 'mls_group_info', groupInfo } as const;
  return Uint8Array.from(encodeMlsMessage(message));
}

/**
 * Reads a GroupInfo of this group, as far as it can be checked without its tree's signatures.
 *
 * @throws GroupInfoError
 */
export function readGroupInfo(
  bytes: Bytes,
  groupId: Bytes,
): { readonly info: GroupInfo; readonly leaves: readonly Leaf[] } {
  const message = decodeMls(bytes);
  if (message?.wireformat !== 'mls_group_info') {
    throw new GroupInfoError('it is none');
  }
  const info = message.groupInfo;
  const { groupContext } = info;
  if (!equalBytes(groupContext.groupId, groupId)) {
    throw new GroupInfoError('another group');
  }
  if (groupContext.cipherSuite !== SUITE_NAME || groupContext.extensions.length > 0) {
    throw new GroupInfoError('another cipher suite, or extensions');
  }
  const kinds = info.extensions.map(({ extensionType }) => extensionType).sort();
  if (kinds.join() !== 'external_pub,ratchet_tree') {
    throw new GroupInfoError('other parts than a tree and a key');
  }
  return { info, leaves: readTree(info) };
}

function readTree(info: GroupInfo): Leaf[] {
  const part = info.extensions.find(({ extensionType }) => extensionType === 'ratchet_tree');
  try {
    const tree = decodeRatchetTree(part?.extensionData ?? new Uint8Array(), 0)?.[0] ?? [];
    const hasLongLife = tree.some(
      (node) =>
        node?.nodeType === 'leaf' &&
        node.leaf.leafNodeSource === 'key_package' &&
        node.leaf.lifetime.notAfter - node.leaf.lifetime.notBefore > BigInt(MAX_LEAF_LIFETIME_S),
    );
    if (!hasLongLife) {
      return leavesOf(tree);
    }
  } catch (error) {
    throw new GroupInfoError('no tree', error);
  }
  throw new GroupInfoError('a leaf that lives too long');
}

/**
 * The state of a commit that was prepared and is taken. Messages may have come since it was prepared:
 * their keys are used up, and must not come back with it.
 */
export function takenState(prepared: ClientState, current: ClientState | undefined): ClientState {
  if (current === undefined) {
    return prepared;
  }
  const historicalReceiverData = new Map(
    [...prepared.historicalReceiverData].map(([epoch, data]) => {
      const isNow = epoch === current.groupContext.epoch;
      const past = current.historicalReceiverData.get(epoch) ?? data;
      return [epoch, isNow ? { ...data, secretTree: current.secretTree } : past] as const;
    }),
  );
  return { ...prepared, historicalReceiverData };
}

/** Overwrites the secrets of a state that another one doesn't have. */
export function wipe(state: ClientState | undefined, kept: ClientState | undefined): void {
  if (state === undefined) {
    return;
  }
  const keep = new Set(kept === undefined ? [] : secretsOf(kept));
  for (const secret of secretsOf(state)) {
    if (!keep.has(secret)) {
      secret.fill(0);
    }
  }
}

/** Everything in a state that must not be known to others. */
export function secretsOf(state: ClientState): Uint8Array[] {
  return [
    ...Object.values(state.keySchedule as unknown as Record<string, Uint8Array>),
    ...ratchetsOf(state.secretTree),
    ...Object.values(state.privatePath.privateKeys),
    ...[...state.historicalReceiverData.values()].flatMap((past) => [
      past.senderDataSecret,
      past.resumptionPsk,
      ...ratchetsOf(past.secretTree),
    ]),
  ];
}

function ratchetsOf(tree: SecretTree): Uint8Array[] {
  return tree.flatMap(({ application, handshake }) =>
    [application, handshake].flatMap(({ secret, unusedGenerations }) => [
      secret,
      ...Object.values(unusedGenerations),
    ]),
  );
}

/** The epoch of a state, as a number. */
export function epochOf(state: ClientState): number {
  return Number(state.groupContext.epoch);
}
