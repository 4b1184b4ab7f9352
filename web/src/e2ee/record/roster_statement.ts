import { concat, sha256, type Bytes } from '../../protocol/bytes';
import { ED25519_SIGNATURE_BYTES, type SigningKey } from '../../protocol/signing';
import { statement } from '../../protocol/statements';
import type { Verifier } from '../group/verification';
import { encodeUint64, parsed, Reader, WireError } from '../group/wire';

const FORM = 2;
const DIGEST_BYTES = 32;

/** Who was in the group in one epoch: leaf keys in the order of their leaves. */
export interface Roster {
  readonly groupId: Bytes;
  readonly epoch: number;
  readonly members: readonly Bytes[];
}

/** A member's word that these were the members, by the clock of their device. */
export interface RosterSignature {
  readonly signer: Bytes;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly signature: Bytes;
}

/** A signature, and what it is said to be about: only who has the same roster can check it. */
export interface RosterClaim extends RosterSignature {
  readonly epoch: number;
  readonly digest: Bytes;
}

/** Signs who is in the group. */
export async function signRoster(
  roster: Roster,
  atMs: number,
  signer: SigningKey,
): Promise<RosterClaim> {
  const digest = await digestOf(roster);
  const signed = { signer: signer.publicKey, epoch: roster.epoch, atMs, digest };
  return { ...signed, signature: await signer.sign(rosterBytes(roster.groupId, signed)) };
}

/** Whether somebody has signed this very roster. */
export async function isRosterSigned(
  roster: Roster,
  { signer, atMs, signature }: RosterSignature,
  verifier: Verifier,
): Promise<boolean> {
  const signed = { signer, epoch: roster.epoch, atMs, digest: await digestOf(roster) };
  return verifier.verify(signer, rosterBytes(roster.groupId, signed), signature);
}

/** The body of a message `service`; its signer is who sends it. */
export function encodeRosterClaim({ epoch, atMs, digest, signature }: RosterClaim): Bytes {
  const numbers = concat(encodeUint64(epoch), encodeUint64(atMs));
  return concat(Uint8Array.of(FORM), numbers, digest, signature);
}

/** Reads the body of a message; undefined when it is malformed, or says something else. */
export function parseRosterClaim(bytes: Uint8Array, signer: Bytes): RosterClaim | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (reader.uint8() !== FORM) {
      throw new WireError('No roster.');
    }
    const [epoch, atMs] = [reader.uint64(), reader.uint64()];
    const digest = reader.take(DIGEST_BYTES);
    const signature = reader.take(ED25519_SIGNATURE_BYTES);
    reader.end();
    return { signer, epoch, atMs, digest, signature };
  });
}

function digestOf({ members }: Roster): Promise<Bytes> {
  return sha256(concat(...members));
}

type Signed = Omit<RosterClaim, 'signature'>;

function rosterBytes(groupId: Bytes, { signer, epoch, atMs, digest }: Signed): Bytes {
  const [ofEpoch, at] = [encodeUint64(epoch), encodeUint64(atMs)];
  return statement('folkmoot v1 roster', [groupId, signer, ofEpoch, digest, at]);
}
