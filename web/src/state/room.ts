import type { Participant } from '../session/call';
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
}

/** One's own picture is what the camera gives, whatever was sent of it. */
export function roomOf(participants: readonly Participant[], { isHost, camera }: Known): Room {
  const people = participants.map((participant) => {
    const person = personOf(participant, isHost);
    return person.isLocal ? withOwnCamera(person, camera) : person;
  });
  const byIdentity = new Map(people.map((person) => [person.identity, person]));
  return { people, shares: sharesOf(participants, byIdentity), sounds: soundsOf(participants) };
}

function withOwnCamera(person: Person, camera: DeviceState): Person {
  const publicationId = person.camera?.publicationId ?? 'own camera';
  return {
    ...person,
    camera: camera.kind === 'on' ? { publicationId, track: camera.track } : undefined,
  };
}
