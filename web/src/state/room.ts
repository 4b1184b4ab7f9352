import type { Participant } from '../session/call';
import type { Announcement } from './announcements';
import type { DeviceState } from './devices';
import { personOf, sharesOf, soundsOf, type Person, type Share, type Sound } from './people';

/** Everybody and everything that is in the room now. */
export interface Room {
  /** Oneself first, then the others by when they came. */
  readonly people: readonly Person[];
  readonly shares: readonly Share[];
  readonly sounds: readonly Sound[];
}

interface Known {
  readonly isHost: boolean;
  readonly camera: DeviceState;
  /** What somebody has signed to be called. */
  readonly signedName: (identity: string) => string | undefined;
}

/** One's own picture is what the camera gives, whatever was sent of it; a signed name goes before one that is not. */
export function roomOf(participants: readonly Participant[], known: Known): Room {
  const people = participants.map((participant) => {
    const person = personOf(participant, known.isHost);
    return person.isLocal
      ? withOwnCamera(person, known.camera)
      : { ...person, name: known.signedName(person.identity) ?? person.name };
  });
  const byIdentity = new Map(people.map((person) => [person.identity, person]));
  return { people, shares: sharesOf(participants, byIdentity), sounds: soundsOf(participants) };
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
