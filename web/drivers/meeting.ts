import { deriveGroupSecrets, type GroupSecrets } from '../src/e2ee/group/group_secrets';
import { hostKeyOfSeed, type HostKey } from '../src/e2ee/host_key';
import type { LeafKey } from '../src/e2ee/leaf_key';
import { makeMeeting } from '../src/e2ee/make_meeting';
import type { Bytes } from '../src/protocol/bytes';
import { deriveKeys, hostHashOf } from '../src/protocol/derivation';
import { parseLink } from '../src/protocol/link';
import { knock, type Admission } from '../src/session/admission';
import { MeetingsApi } from '../src/session/meetings_api';

const HOUR_S = 3_600;

/** Makes a meeting at a server; its link, and the spare of its host key. */
export async function makeAt(server: string): Promise<{ link: string; hostLink: string }> {
  const { link, hostLink, creation } = await makeMeeting(server, 'A meeting of a driver', HOUR_S);
  await apiOf(server).createMeeting(creation);
  return { link, hostLink };
}

/** What somebody who has a link can do with it. */
export interface Invitation {
  readonly secrets: GroupSecrets;
  readonly host: HostKey | undefined;
  readonly admit: (leafKey: LeafKey) => Promise<Admission>;
}

/** Reads a link: a meeting's, or the spare of its host key. */
export async function invitationOf(link: string): Promise<Invitation> {
  const { origin } = new URL(link);
  const reading = parseLink(link, origin);
  if (reading.kind !== 'meeting' && reading.kind !== 'host') {
    throw new Error(`No link: ${reading.kind}.`);
  }
  const [keys, secrets, host] = await Promise.all([
    deriveKeys(reading.secret),
    deriveGroupSecrets(reading.secret),
    reading.kind === 'host' ? hostKeyOfSeed(reading.hostSeed) : undefined,
  ]);
  const hostHash = reading.kind === 'host' ? await hashOf(host) : reading.hostHash;
  const api = apiOf(origin);
  return { secrets, host, admit: (leafKey) => knock(api, { origin, keys, hostHash, leafKey }) };
}

function hashOf(host: HostKey | undefined): Promise<Bytes> {
  if (host === undefined) {
    throw new Error('A host link without its key.');
  }
  return hostHashOf(host.publicKey);
}

function apiOf(server: string): MeetingsApi {
  return new MeetingsApi((url, init) => fetch(url, init), server);
}
