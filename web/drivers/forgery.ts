import {
  createCommit,
  encodeMlsMessage,
  joinGroupExternal,
  type ClientConfig,
  type ClientState,
  type Proposal,
  type PublicMessage,
} from 'ts-mls';

import { encodeCommitData, signGrant, signLeave, type Reason } from '../src/e2ee/group/commit_data';
import { credentialOf, MembershipCheck } from '../src/e2ee/group/credential';
import type { GroupSecrets } from '../src/e2ee/group/group_secrets';
import { FIRST_STATE, makeAct } from '../src/e2ee/group/host_acts';
import { makeKeyPackage } from '../src/e2ee/group/key_package';
import type { Member } from '../src/e2ee/group/group_keys';
import { configFor, decodeMls, encodeGroupInfo, epochOf, readGroupInfo } from '../src/e2ee/group/mls_state';
import { suiteFor } from '../src/e2ee/group/mls_suite';
import { Verifier } from '../src/e2ee/group/verification';
import { makeLeafKey, type LeafKey } from '../src/e2ee/leaf_key';
import { concat, encodeBase64url, randomBytes, type Bytes } from '../src/protocol/bytes';
import type { DriverMember } from './member';

/** A commit as it would go to the server. */
export interface Forged {
  readonly message: string;
  readonly groupInfo: string;
  readonly actHead: string;
}

type Extra = NonNullable<NonNullable<Parameters<typeof createCommit>[1]>['extraProposals']>;
type Content = Extract<PublicMessage['content'], { contentType: 'commit' }>;

/** What a member forges with its real state, or somebody who has the link, or nobody. */
export type Forge = (by: DriverMember, victim: Member | undefined) => Promise<Forged>;

/** Every forgery, by what it tries. */
export const FORGERIES: Readonly<Record<string, Forge>> = {
  'new-keys': (by) => forgedCommit(by, {}),
  'evict': (by, victim) => forgedCommit(by, { removes: victim }),
  'evict-as-lost': (by, victim) => forgedCommit(by, { removes: victim, reason: { kind: 'lost', claims: [{ leafKey: required(victim).leafKey, position: by.core.memory.liveness.last }] } }),
  'evict-as-left': async (by, victim) => {
    const { signature } = await signLeave(by.invitation.secrets.groupId, by.leafKey);
    const leave = { leafKey: required(victim).leafKey, signature };
    return forgedCommit(by, { removes: victim, reason: { kind: 'left', leaves: [leave] } });
  },
  'evict-by-act': async (by, victim) => {
    const act = { kind: 'removal', leafKeys: [required(victim).leafKey] } as const;
    const sealed = await makeAct(by.invitation.secrets, FIRST_STATE, act, by.leafKey);
    return forgedCommit(by, { removes: victim, reason: { kind: 'act', sealed } });
  },
  'false-head': (by) => forgedCommit(by, { actHead: randomBytes(32) }),
  'add': async (by) => {
    const leafKey = await makeLeafKey();
    const suite = await suiteFor(leafKey, new Verifier());
    const { publicPackage } = await makeKeyPackage(by.invitation.secrets, leafKey, suite);
    return forgedCommit(by, { extra: [{ proposalType: 'add', add: { keyPackage: publicPackage } }] });
  },
  'extensions': (by) => forgedCommit(by, { extra: [{ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } }] }),
  'reinit': (by) => edited(by, (commit) => withProposal(commit, { proposalType: 'reinit', reinit: { groupId: randomBytes(32), version: 'mls10', cipherSuite: by.core.suite.name, extensions: [] } })),
  'psk': (by) => edited(by, (commit) => withProposal(commit, { proposalType: 'psk', psk: { preSharedKeyId: { psktype: 'external', pskId: randomBytes(8), pskNonce: randomBytes(32) } } })),
  'update': (by) => edited(by, (commit) => {
    if (commit.path === undefined) throw new Error('No path.');
    const leafNode = { ...commit.path.leafNode, leafNodeSource: 'update' } as const;
    return withProposal(commit, { proposalType: 'update', update: { leafNode } });
  }),
  'reference': (by) => edited(by, (commit) => ({ ...commit, proposals: [{ proposalOrRefType: 'reference', reference: randomBytes(32) }] })),
  'other-credential': (by, victim) => edited(by, async (commit) => {
    const identity = await credentialOf(by.invitation.secrets, required(victim).leafKey);
    return withLeaf(commit, { credential: { credentialType: 'basic', identity } });
  }),
  'other-key': (by) => edited(by, async (commit) => withLeaf(commit, { signaturePublicKey: (await makeLeafKey()).publicKey })),
  'join-as-victim': (by, victim) => forgedJoin(by, { replaces: victim }),
  'join-with-credential': (by, victim) => forgedJoin(by, { credentialOf: victim }),
  'join-with-own-key-again': (by) => forgedJoin(by, { leafKey: by.leafKey }),
  'ghost-without-tag': async (by) => forgedJoin(by, { secrets: { ...by.invitation.secrets, tagKey: await hmacKey(randomBytes(32)) } }),
  'ghost-with-other-groups-tag': (by) => forgedJoin(by, { secrets: { ...by.invitation.secrets, groupId: randomBytes(32) } }),
  'ghost-with-others-tag': (by, victim) => forgedJoin(by, { credentialOf: victim }),
  'ghost-with-old-grant': async (by) => {
    const leafKey = await makeLeafKey();
    const host = by.invitation.host;
    if (host === undefined) throw new Error('Only a host has given grants.');
    const granted = { leafKey: leafKey.publicKey, role: 0, untilEpoch: 0 };
    const grant = await signGrant(by.invitation.secrets.groupId, granted, host);
    return forgedJoin(by, { leafKey, reason: { kind: 'grant', grant } });
  },
  'ghost-with-own-grant': async (by) => {
    const leafKey = await makeLeafKey();
    const granted = { leafKey: leafKey.publicKey, role: 0, untilEpoch: 2 ** 40 };
    const grant = await signGrant(by.invitation.secrets.groupId, granted, leafKey);
    return forgedJoin(by, { leafKey, reason: { kind: 'grant', grant } });
  },
  'uninvited': (by) => forgedJoin(by, {}),
  'cut-off': async (by) => {
    const forged = await forgedCommit(by, {});
    return { ...forged, message: forged.message.slice(0, 200) };
  },
  'garbage': (by) => Promise.resolve(headersOnly(by)),
};

function required(victim: Member | undefined): Member {
  if (victim === undefined) throw new Error('It takes a victim.');
  return victim;
}

function hmacKey(bytes: Bytes): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']);
}

interface Wanted {
  readonly removes?: Member | undefined;
  readonly reason?: Reason;
  readonly actHead?: Bytes;
  readonly extra?: Extra;
}

/** A commit that no honest device would make. */
async function forgedCommit(by: DriverMember, wanted: Wanted): Promise<Forged> {
  const { removes, reason = { kind: 'none' }, extra = [] } = wanted;
  const removal: Extra = removes === undefined ? [] : [{ proposalType: 'remove', remove: { removed: removes.index } }];
  const actHead = wanted.actHead ?? by.core.memory.acts.state.head;
  const { commit, newState } = await createCommit(
    { state: by.core.requireState(), cipherSuite: by.core.suite },
    {
      wireAsPublicMessage: true,
      authenticatedData: encodeCommitData({ actHead, reason }),
      extraProposals: [...removal, ...extra],
    },
  );
  return spelled(by, encodeMlsMessage(commit), newState);
}

/** A real commit with something else in it: rules judge it before its signatures. */
async function edited(by: DriverMember, edit: (commit: Content['commit']) => Content['commit'] | Promise<Content['commit']>): Promise<Forged> {
  const honest = await forgedCommit(by, {});
  const decoded = decodeMls(Buffer.from(honest.message, 'base64url'));
  if (decoded?.wireformat !== 'mls_public_message' || decoded.publicMessage.content.contentType !== 'commit') {
    throw new Error('No commit.');
  }
  const { publicMessage } = decoded;
  const { content } = decoded.publicMessage;
  const changed = { ...content, commit: await edit(content.commit) };
  const message = encodeMlsMessage({ ...decoded, publicMessage: { ...publicMessage, content: changed } as PublicMessage });
  return { ...honest, message: encodeBase64url(message) };
}

function withProposal(commit: Content['commit'], proposal: Proposal): Content['commit'] {
  return { ...commit, proposals: [{ proposalOrRefType: 'proposal', proposal }] };
}

function withLeaf(commit: Content['commit'], more: object): Content['commit'] {
  if (commit.path === undefined) throw new Error('No path.');
  return { ...commit, path: { ...commit.path, leafNode: { ...commit.path.leafNode, ...more } } };
}

interface Ghost {
  readonly secrets?: GroupSecrets;
  readonly leafKey?: LeafKey;
  readonly reason?: Reason;
  readonly replaces?: Member | undefined;
  readonly credentialOf?: Member | undefined;
}

/** Joins as somebody whose own checks are gone. */
async function forgedJoin(by: DriverMember, wanted: Ghost): Promise<Forged> {
  const { groupId } = by.invitation.secrets;
  const leafKey = wanted.leafKey ?? (await makeLeafKey());
  const suite = await suiteFor(leafKey, new Verifier());
  const made = await makeKeyPackage(wanted.secrets ?? by.invitation.secrets, leafKey, suite);
  const borrowed = wanted.credentialOf && (await credentialOf(by.invitation.secrets, wanted.credentialOf.leafKey));
  const publicPackage = borrowed === undefined ? made.publicPackage : withCredential(made.publicPackage, borrowed);
  const { info } = readGroupInfo(await by.keys.groupInfo(), groupId);
  const { newState, publicMessage } = await joinGroupExternal(
    info,
    publicPackage,
    made.privatePackage,
    wanted.replaces !== undefined,
    suite,
    undefined,
    blindConfig(by.invitation.secrets, wanted.replaces),
    encodeCommitData({ actHead: by.core.memory.acts.state.head, reason: wanted.reason ?? { kind: 'none' } }),
  );
  return spelled(by, encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage }), newState);
}

function withCredential<T extends { leafNode: object }>(keyPackage: T, identity: Bytes): T {
  const leafNode = { ...keyPackage.leafNode, credential: { credentialType: 'basic', identity } };
  return { ...keyPackage, leafNode };
}

/** Takes everybody for a member, and the victim's leaf for its own. */
function blindConfig(secrets: GroupSecrets, victim: Member | undefined): ClientConfig {
  const isVictims = (_: unknown, leaf: { signaturePublicKey: Uint8Array }): boolean =>
    victim !== undefined && encodeBase64url(leaf.signaturePublicKey) === encodeBase64url(victim.leafKey);
  const config = configFor(new MembershipCheck(secrets));
  return {
    ...config,
    authService: { validateCredential: () => Promise.resolve(true) },
    keyPackageEqualityConfig: {
      ...config.keyPackageEqualityConfig,
      compareKeyPackageToLeafNode: isVictims,
    },
  };
}

async function spelled(by: DriverMember, message: Uint8Array, after: ClientState): Promise<Forged> {
  const groupInfo = encodeBase64url(await encodeGroupInfo(after, by.core.suite));
  const actHead = encodeBase64url(by.core.memory.acts.state.head);
  return { message: encodeBase64url(message), groupInfo, actHead };
}

/** What the server reads, and noise behind it. */
function headersOnly(by: DriverMember): Forged {
  const { groupId } = by.invitation.secrets;
  const epoch = epochOf(by.core.requireState());
  const name = concat(Uint8Array.of(groupId.length), groupId);
  const message = concat(Uint8Array.of(0, 1, 0, 1), name, eightBytes(epoch), randomBytes(200));
  const info = concat(Uint8Array.of(0, 1, 0, 4, 0, 1, 0, 1), name, eightBytes(epoch + 1), randomBytes(300));
  const actHead = encodeBase64url(by.core.memory.acts.state.head);
  return { message: encodeBase64url(message), groupInfo: encodeBase64url(info), actHead };
}

function eightBytes(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
