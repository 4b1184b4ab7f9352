import { randomBytes, type Bytes } from '../protocol/bytes';
import { deriveKeys, hostHashOf, SECRET_BYTES, type MeetingKeys } from '../protocol/derivation';
import { encodeHostLink, encodeLink } from '../protocol/link';
import { sealMeeting } from '../protocol/sealing';
import { ED25519_KEY_BYTES } from '../protocol/signing';
import { creationStatement, type SignedCreation } from '../protocol/statements';
import { hostKeyOfSeed, type HostKey } from './host_key';

/** A meeting that this device has made and no server knows yet. */
export interface NewMeeting {
  /** To be shown and copied; never stored or sent. */
  readonly link: string;
  /** The spare of the host key, until the page is left. */
  readonly hostLink: string;
  readonly keys: MeetingKeys;
  readonly hostKey: HostKey;
  /** What the server is asked to keep. */
  readonly creation: SignedCreation;
}

/**
 * Makes a meeting: its secret, its host's key, and what the server is to keep.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 * @throws RangeError - the title is longer than can be sealed.
 */
export async function makeMeeting(
  origin: string,
  title: string,
  lifetimeS: number,
): Promise<NewMeeting> {
  const secret = randomBytes(SECRET_BYTES);
  const hostSeed = randomBytes(ED25519_KEY_BYTES);
  try {
    const [keys, hostKey] = await Promise.all([deriveKeys(secret), hostKeyOfSeed(hostSeed)]);
    const sealed = await sealMeeting(keys, { title });
    return {
      link: encodeLink(origin, { secret, hostHash: await hostHashOf(hostKey.publicKey) }),
      hostLink: encodeHostLink(origin, secret, hostSeed),
      keys,
      hostKey,
      creation: await signCreation(origin, keys, hostKey, sealed, lifetimeS),
    };
  } finally {
    secret.fill(0);
    hostSeed.fill(0);
  }
}

async function signCreation(
  origin: string,
  keys: MeetingKeys,
  hostKey: HostKey,
  sealed: Bytes,
  lifetimeS: number,
): Promise<SignedCreation> {
  const creation = {
    origin,
    locator: keys.locator,
    admissionKey: keys.admissionKey.publicKey,
    hostKey: hostKey.publicKey,
    sealed,
    lifetimeS,
  };
  const statement = await creationStatement(creation);
  const [admissionSignature, hostSignature] = await Promise.all([
    keys.admissionKey.sign(statement),
    hostKey.sign(statement),
  ]);
  return { ...creation, admissionSignature, hostSignature };
}
