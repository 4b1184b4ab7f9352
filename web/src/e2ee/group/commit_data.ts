import { concat, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import {
  ED25519_KEY_BYTES,
  ED25519_SIGNATURE_BYTES,
  type SigningKey,
} from '../../protocol/signing';
import { grantStatement, leaveStatement, type Grant } from './group_statements';
import { encodeUint64, parsed, Reader, WireError } from './wire';

/** Length of the head of the host-act chain. */
export const HEAD_BYTES = 32;

/** The head before the first act. */
export const NO_ACTS: Bytes = new Uint8Array(HEAD_BYTES);

/** Most leaves that one commit removes. */
export const MAX_REMOVED = 64;

const FORM = 1;

/** A grant, as a commit carries it. */
export interface SignedGrant extends Grant {
  readonly signer: Bytes;
  readonly signature: Bytes;
}

/** That somebody wants to go, signed by their leaf key. */
export interface SignedLeave {
  readonly leafKey: Bytes;
  readonly signature: Bytes;
}

/** That somebody has not signed to have read as far as `position`, for 60 s. */
export interface LostClaim {
  readonly leafKey: Bytes;
  readonly position: number;
}

/** Why a commit may be made. */
export type Reason =
  | { readonly kind: 'none' }
  | { readonly kind: 'grant'; readonly grant: SignedGrant }
  | { readonly kind: 'act'; readonly sealed: Bytes }
  | { readonly kind: 'left'; readonly leaves: readonly SignedLeave[] }
  | { readonly kind: 'lost'; readonly claims: readonly LostClaim[] };

/** What stands in the `authenticated_data` of every commit. */
export interface CommitData {
  /** The head of the host-act chain once this commit stands. */
  readonly actHead: Bytes;
  readonly reason: Reason;
}

const REASON_NUMBERS = { none: 0, grant: 1, act: 2, left: 3, lost: 4 } as const;

export function encodeCommitData({ actHead, reason }: CommitData): Bytes {
  const head = Uint8Array.of(FORM);
  const number = Uint8Array.of(REASON_NUMBERS[reason.kind]);
  return concat(head, actHead, number, lengthPrefixed(encodeReason(reason)));
}

/** Reads what a commit carries; undefined when it is not of this form. */
export function parseCommitData(bytes: Uint8Array): CommitData | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of commit data.');
    }
    const actHead = reader.take(HEAD_BYTES);
    const number = reader.uint8();
    const body = new Reader(reader.prefixed());
    reader.end();
    const reason = parseReason(number, body);
    body.end();
    return { actHead, reason };
  });
}

/** Signs a grant. */
export async function signGrant(
  groupId: Bytes,
  grant: Grant,
  signer: SigningKey,
): Promise<SignedGrant> {
  const signature = await signer.sign(grantStatement(groupId, grant));
  return { ...grant, signer: signer.publicKey, signature };
}

/** Signs that one wants to go. */
export async function signLeave(groupId: Bytes, leafKey: SigningKey): Promise<SignedLeave> {
  const signature = await leafKey.sign(leaveStatement(groupId, leafKey.publicKey));
  return { leafKey: leafKey.publicKey, signature };
}

export function encodeLeave(leave: SignedLeave): Bytes {
  return concat(leave.leafKey, leave.signature);
}

export function parseLeave(bytes: Uint8Array): SignedLeave | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    const leave = readLeave(reader);
    reader.end();
    return leave;
  });
}

export function encodeGrant({ leafKey, role, untilEpoch, signer, signature }: SignedGrant): Bytes {
  return concat(leafKey, Uint8Array.of(role), encodeUint64(untilEpoch), signer, signature);
}

function encodeReason(reason: Reason): Bytes {
  switch (reason.kind) {
    case 'none':
      return new Uint8Array();
    case 'grant':
      return encodeGrant(reason.grant);
    case 'act':
      return reason.sealed;
    case 'left':
      return concat(...reason.leaves.map(encodeLeave));
    case 'lost':
      return concat(
        ...reason.claims.flatMap(({ leafKey, position }) => [leafKey, encodeUint64(position)]),
      );
  }
}

function parseReason(number: number, body: Reader): Reason {
  switch (number) {
    case REASON_NUMBERS.none:
      return { kind: 'none' };
    case REASON_NUMBERS.grant:
      return { kind: 'grant', grant: readGrant(body) };
    case REASON_NUMBERS.act:
      return { kind: 'act', sealed: body.rest() };
    case REASON_NUMBERS.left:
      return { kind: 'left', leaves: readAll(body, readLeave) };
    case REASON_NUMBERS.lost:
      return { kind: 'lost', claims: readAll(body, readClaim) };
    default:
      throw new WireError('An unknown reason.');
  }
}

function readAll<T>(body: Reader, read: (body: Reader) => T): T[] {
  const all: T[] = [];
  while (!body.isAtEnd) {
    if (all.length === MAX_REMOVED) {
      throw new WireError('More than one commit removes.');
    }
    all.push(read(body));
  }
  return all;
}

function readGrant(body: Reader): SignedGrant {
  return {
    leafKey: body.take(ED25519_KEY_BYTES),
    role: body.uint8(),
    untilEpoch: body.uint64(),
    signer: body.take(ED25519_KEY_BYTES),
    signature: body.take(ED25519_SIGNATURE_BYTES),
  };
}

function readLeave(body: Reader): SignedLeave {
  return {
    leafKey: body.take(ED25519_KEY_BYTES),
    signature: body.take(ED25519_SIGNATURE_BYTES),
  };
}

function readClaim(body: Reader): LostClaim {
  return { leafKey: body.take(ED25519_KEY_BYTES), position: body.uint64() };
}
