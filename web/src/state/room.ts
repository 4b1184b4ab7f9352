import type { Participant } from '../session/call';
import type { Announcement } from './announcements';
import type { DeviceState } from './devices';
import type { ListedMember } from './members';
import { personOf, sharesOf, soundsOf, type Person, type Share, type Sound } from './people';

/** Everybody and everything that is in the room now. */
export interface Room {
  /** Oneself first, then the others by when they came. */
  readonly people: readonly Person[];
  readonly shares: readonly Share[];
  readonly sounds: readonly Sound[];
}

interface Known {
  /** Whether this device has the host's key. */
  readonly isHost: boolean;
  /** Who holds keys of the meeting, by when they came. */
  readonly members: readonly ListedMember[];
  readonly camera: DeviceState;
  /** What somebody has signed to be called. */
  readonly signedName: (identity: string) => string | undefined;
  /** What somebody was called before: who loses their connection keeps their name. */
  readonly lastName: (identity: string) => string | undefined;
}

/**
 * The people are oneself and the members of the group. Whoever else the server shows is nobody: is not
 * listed, and nothing of theirs is shown or played. One's own picture is what the camera gives, whatever was
 * sent of it; a signed name goes before one that is not.
 */
export function roomOf(participants: readonly Participant[], known: Known): Room {
  const connected = new Map(participants.map((one) => [one.identity, one]));
  const self = participants.find(({ isLocal }) => isLocal);
  const others = known.members
    .filter(({ identity }) => identity !== self?.identity)
    .map((member) => {
      const person = personOf({ ...member, isSelf: false }, connected.get(member.identity));
      const { identity, name } = person;
      return { ...person, name: known.signedName(identity) ?? name ?? known.lastName(identity) };
    });
  const people = [...(self === undefined ? [] : [ownPerson(self, known)]), ...others];
  const byIdentity = new Map(people.map((person) => [person.identity, person]));
  const members = participants.filter(({ identity }) => byIdentity.has(identity));
  return { people, shares: sharesOf(members, byIdentity), sounds: soundsOf(members) };
}

function ownPerson(self: Participant, { camera, isHost }: Known): Person {
  const { identity } = self;
  return withOwnCamera(personOf({ identity, isSelf: true, isHost, state: 'here' }, self), camera);
}

/** Which screens of others are shared now, and which are not any more. */
export function shareNews(before: readonly Share[], now: readonly Share[]): Announcement[] {
  const newIn = (ones: readonly Share[], others: readonly Share[]): Share[] =>
    ones.filter(
      ({ owner, publicationId }) =>
        !owner.isLocal && others.every((other) => other.publicationId !== publicationId),
    );
  return [
    ...newIn(now, before).map(({ owner }) => ({ kind: 'shares', name: owner.name }) as const),
    ...newIn(before, now).map(({ owner }) => ({ kind: 'stopped-sharing', name: owner.name }) as const),
  ];
}

function withOwnCamera(person: Person, camera: DeviceState): Person {
  const publicationId = person.camera?.publicationId ?? 'own camera';
  return {
    ...person,
    camera: camera.kind === 'on' ? { publicationId, track: camera.track } : undefined,
  };
}
