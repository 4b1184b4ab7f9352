import type { Node } from '../protocol/api';
import { equalBytes, type Bytes } from '../protocol/bytes';
import { hostHashOf, type MeetingKeys } from '../protocol/derivation';
import { openMeeting, SealError, sealName, type MeetingCard } from '../protocol/sealing';
import type { SigningKey } from '../protocol/signing';
import { admissionStatement, type Knock } from '../protocol/statements';
import type { MeetingsApi } from './meetings_api';
import { RequestError } from './request_error';

/** A meeting's door, as one device stands before it. */
export interface Door {
  /** The server's origin, as the link names it. */
  readonly origin: string;
  readonly keys: MeetingKeys;
  /** What the link says of the host key. */
  readonly hostHash: Bytes;
  readonly leafKey: SigningKey & { readonly identity: string };
}

/** Somebody was let in. */
export interface Admission {
  /** Opens signalling, once, within a minute. */
  readonly ticket: string;
  /** Opens the group channel, once, within a minute. */
  readonly groupTicket: string;
  readonly card: MeetingCard;
  readonly hostKey: Bytes;
  readonly expiresAtMs: number;
  readonly node: Node;
}

/**
 * Knocks: takes a nonce, signs with the key of the link and with this device's own, and asks to be let
 * in. Who has a name gives it, sealed.
 *
 * @throws RequestError
 * @throws RangeError - the name has no characters, or too many.
 */
export async function knock(api: MeetingsApi, door: Door, name?: string): Promise<Admission> {
  const { keys, leafKey, origin } = door;
  const { identity } = leafKey;
  const [nonce, sealedName] = await Promise.all([
    api.requestNonce(keys.locator),
    name === undefined ? undefined : sealName(keys, identity, name),
  ]);
  const said: Knock = {
    origin,
    locator: keys.locator,
    nonce,
    leafKey: leafKey.publicKey,
    identity,
  };
  const statement = admissionStatement(said);
  const [admissionSignature, leafSignature] = await Promise.all([
    keys.admissionKey.sign(statement),
    leafKey.sign(statement),
  ]);
  const answer = await api.admit({ ...said, admissionSignature, leafSignature, sealedName });
  if (!equalBytes(await hostHashOf(answer.hostKey), door.hostHash)) {
    throw new RequestError({ kind: 'host-mismatch' });
  }
  const { ticket, groupTicket, hostKey, expiresAtMs, node } = answer;
  const card = await cardIn(keys, answer.sealed);
  return { ticket, groupTicket, card, hostKey, expiresAtMs, node };
}

async function cardIn(keys: MeetingKeys, sealed: Bytes): Promise<MeetingCard> {
  try {
    return await openMeeting(keys, sealed);
  } catch (error) {
    if (error instanceof SealError) {
      throw new RequestError({ kind: 'bad-answer' });
    }
    throw error;
  }
}
