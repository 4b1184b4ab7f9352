import { deriveMixKey } from '../e2ee/frames/key_schedule';
import { deriveGroupSecrets, type GroupSecrets } from '../e2ee/group/group_secrets';
import { HostKeys, StorageError } from '../e2ee/host_keys';
import { hostKeyOfSeed, type HostKey } from '../e2ee/host_key';
import { makeLeafKey, type LeafKey } from '../e2ee/leaf_key';
import { makeMeeting } from '../e2ee/make_meeting';
import type { SoundPort } from '../media/level_meter';
import { encodeBase64url } from '../protocol/bytes';
import { deriveKeys, hostHashOf } from '../protocol/derivation';
import { encodeHostLink, encodeLink, parseLink, type HostLink, type MeetingLink } from '../protocol/link';
import { plainLine } from '../protocol/plain_line';
import { knock, type Admission, type Door } from '../session/admission';
import type { OpenMeeting } from '../state/app';
import { DevicesModel } from '../state/devices';
import { isPhone } from '../state/platform';
import { PreJoinModel } from '../state/prejoin';
import { explained } from './refusals';
import type { Surroundings } from './surroundings';

/** How long a meeting that is made here lasts. */
export const LIFETIME_S = 30 * 24 * 3600;

// As many as the field for it takes; whoever seals one by another program can seal thousands.
const MAX_TITLE_CHARS = 120;

/** A link that leads to a meeting, and the spare of its host key where this page still has it. */
export type InvitationLink = (MeetingLink | HostLink) & { readonly hostLink?: string };

/** A meeting that has let this device in once, with the same leaf key that it will join with. */
export interface OpenedMeeting extends OpenMeeting {
  readonly door: Door & { readonly leafKey: LeafKey };
  readonly groupSecrets: GroupSecrets;
  /** K_mix. */
  readonly mixKey: CryptoKey;
  /** Where this device is the host's. */
  readonly hostKey: HostKey | undefined;
}

/**
 * Makes a meeting and keeps its host key in this browser.
 *
 * @throws RefusalError
 */
export function makeHere(around: Surroundings, title: string): Promise<InvitationLink> {
  return explained(async () => {
    const { link, hostLink, keys, hostKey, creation } = await makeMeeting(
      around.origin,
      title,
      LIFETIME_S,
    );
    // Before the server has it: a host without a key would be worse than a key without a meeting.
    await keep(encodeBase64url(keys.locator), hostKey, Date.now() + LIFETIME_S * 1000);
    await around.api.createMeeting(creation);
    const reading = parseLink(link, around.origin);
    if (reading.kind !== 'meeting') {
      throw new Error('The link that was made here cannot be read here.');
    }
    return { ...reading, hostLink };
  });
}

/**
 * Proves to the server that this device has the link, and reads what the meeting is called.
 *
 * @throws RefusalError
 */
export function openHere(around: Surroundings, link: InvitationLink): Promise<OpenedMeeting> {
  return explained(async () => {
    const [keys, groupSecrets, mixKey, leafKey, host] = await Promise.all([
      deriveKeys(link.secret),
      deriveGroupSecrets(link.secret),
      deriveMixKey(link.secret),
      makeLeafKey(),
      link.kind === 'host' ? hostKeyOfSeed(link.hostSeed) : undefined,
    ]);
    const hostHash = link.kind === 'host' ? await hostHashIn(host) : link.hostHash;
    const door = { origin: around.origin, keys, hostHash, leafKey };
    const admission = await knock(around.api, door);
    const room = encodeBase64url(keys.locator);
    if (host !== undefined) {
      await keep(room, host, admission.expiresAtMs);
    }
    const hostKey = host ?? (await hostKeyIn(room)) ?? (await hostKeyOfSpare(around.origin, link));
    const facts = factsOf(around.origin, link, hostHash, admission, hostKey !== undefined);
    return { door, groupSecrets, mixKey, hostKey, facts };
  });
}

function factsOf(
  origin: string,
  link: InvitationLink,
  hostHash: MeetingLink['hostHash'],
  admission: Admission,
  isHost: boolean,
): OpenMeeting['facts'] {
  const spare =
    link.kind === 'host' ? encodeHostLink(origin, link.secret, link.hostSeed) : link.hostLink;
  return {
    title: plainLine(admission.card.title, MAX_TITLE_CHARS),
    link: encodeLink(origin, { ...link, hostHash }),
    isHost,
    hostLink: spare,
    expiresAtMs: admission.expiresAtMs,
  };
}

/** Makes the page before the call. Nothing is asked of the browser before it is on screen. */
export function preJoinOf(
  around: Surroundings,
  open: OpenedMeeting,
  join: (name: string) => Promise<void>,
): PreJoinModel {
  const { platform, preferences, server } = around;
  const devices = new DevicesModel({
    // Undefined on insecure pages, which the type does not know.
    mediaDevices: navigator.mediaDevices,
    permissions: navigator.permissions,
    sound: SOUND,
    preferences,
    isPhone: isPhone(platform),
    canChooseSpeaker: 'setSinkId' in HTMLMediaElement.prototype,
  });
  return new PreJoinModel({ meeting: open.facts, server, devices, preferences, platform, join });
}

/** This browser's sound. */
export const SOUND: SoundPort = {
  audioContext: () => new AudioContext(),
  streamOf: (track) => new MediaStream([track]),
  audioElement: () => new Audio(),
};

async function hostHashIn(host: HostKey | undefined): Promise<MeetingLink['hostHash']> {
  if (host === undefined) {
    throw new Error('A host link has a host key.');
  }
  return hostHashOf(host.publicKey);
}

/** A browser that keeps nothing costs the host the key, not the meeting: there is the spare. */
async function keep(room: string, key: HostKey, expiresAtMs: number): Promise<void> {
  await orWithoutStorage(async () => {
    const kept = new HostKeys(indexedDB);
    await kept.save(room, key, expiresAtMs);
    await kept.deleteExpired(Date.now());
  });
}

/** Wipes what this browser keeps of a meeting: its host's key. */
export async function forgetHere(link: InvitationLink): Promise<void> {
  const { locator } = await deriveKeys(link.secret);
  await orWithoutStorage(() => new HostKeys(indexedDB).forget(encodeBase64url(locator)));
}

function hostKeyIn(room: string): Promise<HostKey | undefined> {
  return orWithoutStorage(() => new HostKeys(indexedDB).find(room));
}

/** In a browser that keeps nothing: the spare that this page still has. */
function hostKeyOfSpare(origin: string, link: InvitationLink): Promise<HostKey> | undefined {
  const spare = link.hostLink === undefined ? undefined : parseLink(link.hostLink, origin);
  return spare?.kind === 'host' ? hostKeyOfSeed(spare.hostSeed) : undefined;
}

async function orWithoutStorage<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) {
      return undefined;
    }
    throw error;
  }
}
