import { plainLine } from '../protocol/plain_line';
import type { Participant, Publication, Source } from '../session/call';
import type { ListedMember, MemberState } from './members';

/** How somebody is in the call; `away`: holds the keys, and is not connected to the server. */
export type Presence = MemberState | 'away';

/** Somebody in the call, as the screen shows them. */
export interface Person {
  readonly identity: string;
  readonly isLocal: boolean;
  readonly isHost: boolean;
  readonly presence: Presence;
  /** Safe to be shown in a line of other text; absent while nobody knows it. */
  readonly name: string | undefined;
  readonly isMicrophoneOn: boolean;
  readonly camera: Picture | undefined;
}

/** Something to look at. */
export interface Picture {
  readonly publicationId: string;
  readonly track: MediaStreamTrack;
}

/** A screen that somebody shares. */
export interface Share {
  readonly publicationId: string;
  readonly owner: Person;
  /** Absent until the first picture arrives. */
  readonly track: MediaStreamTrack | undefined;
}

/** Something to hear from somebody else. */
export interface Sound {
  readonly publicationId: string;
  readonly identity: string;
  readonly source: Source;
  readonly track: MediaStreamTrack;
}

const MAX_NAME_CHARS = 64;

/**
 * What the screen says of a member.
 *
 * @param participant - undefined: the server has nobody connected with this identity.
 */
export function personOf(member: ListedMember, participant: Participant | undefined): Person {
  const microphone = participant && liveFrom(participant, 'microphone');
  const camera = participant && liveFrom(participant, 'camera');
  const isAway = participant === undefined && member.state !== 'leaving';
  return {
    identity: member.identity,
    isLocal: member.isSelf,
    isHost: member.isHost,
    presence: isAway ? 'away' : member.state,
    name: shownName(participant?.name),
    isMicrophoneOn: microphone !== undefined,
    camera:
      camera?.track === undefined
        ? undefined
        : { publicationId: camera.id, track: camera.track },
  };
}

/** The screens that are shared, in the order of their owners. */
export function sharesOf(
  participants: readonly Participant[],
  people: ReadonlyMap<string, Person>,
): Share[] {
  return participants.flatMap((participant) => {
    const owner = people.get(participant.identity);
    const screen = liveFrom(participant, 'screen');
    return screen === undefined || owner === undefined
      ? []
      : [{ publicationId: screen.id, owner, track: screen.track }];
  });
}

/** Everything that has to be played here. */
export function soundsOf(participants: readonly Participant[]): Sound[] {
  return participants
    .filter((participant) => !participant.isLocal)
    .flatMap(({ identity, publications }) =>
      publications.flatMap(({ id, source, track }) =>
        track === undefined || (source !== 'microphone' && source !== 'screen-audio')
          ? []
          : [{ publicationId: id, identity, source, track }],
      ),
    );
}

/**
 * A name as it may stand in other text: on one line, without characters that turn the direction of what
 * follows, hide, or pile up over other lines. Undefined where nothing is left.
 */
export function shownName(name: string | undefined): string | undefined {
  return plainLine(name ?? '', MAX_NAME_CHARS) || undefined;
}

/** One or two letters for a tile without a picture; a question mark for somebody without a name. */
export function initialsOf(name: string | undefined): string {
  const words = (name ?? '').split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => Array.from(word ?? '').find((one) => /[\p{L}\p{N}]/u.test(one)));
  return letters.join('').toLocaleUpperCase() || '?';
}

/** A hue that is somebody's own, 0 to 359; the same on everybody's screen. */
export function hueOf(identity: string): number {
  let hash = 2_166_136_261;
  for (const letter of identity) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  }
  // Identities that differ in their last letter only are to differ in colour, too.
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  return ((hash ^ (hash >>> 13)) >>> 0) % 360;
}

function liveFrom(participant: Participant, source: Source): Publication | undefined {
  return participant.publications.find((one) => one.source === source && !one.isMuted);
}
