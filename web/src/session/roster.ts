import type { Participant, Publication, Source } from './call';

/** Somebody in the room, as the transport shows them. LiveKit's participants fit. */
export interface Presence {
  readonly identity: string;
  readonly joinedAt?: Date | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly trackPublications: ReadonlyMap<string, PresentPublication>;
}

/** A publication, as the transport shows it. */
export interface PresentPublication {
  readonly trackSid: string;
  readonly source: string;
  readonly isMuted: boolean;
  readonly track?: { readonly mediaStreamTrack: MediaStreamTrack } | undefined;
}

/** The attribute that carries a sealed name. */
export const NAME_ATTRIBUTE = 'name';

const SOURCES: Readonly<Record<string, Source>> = {
  microphone: 'microphone',
  camera: 'camera',
  screen_share: 'screen',
  screen_share_audio: 'screen-audio',
};

/** Turns what the transport shows into participants. Whoever did not change stays the same object. */
export class Roster {
  readonly #nameOf: (identity: string, sealed: string | undefined) => string | undefined;
  #participants: readonly Participant[] = [];

  constructor(nameOf: (identity: string, sealed: string | undefined) => string | undefined) {
    this.#nameOf = nameOf;
  }

  /** The participants now: oneself first, then the others by when they came. */
  read(local: Presence, ownName: string, others: Iterable<Presence>): readonly Participant[] {
    const sorted = [...others].sort(byArrival);
    const next = [
      this.#participant(local, true, ownName),
      ...sorted.map((other) => this.#participant(other, false, this.#openedName(other))),
    ];
    this.#participants = sameItems(this.#participants, next) ? this.#participants : next;
    return this.#participants;
  }

  #openedName(presence: Presence): string | undefined {
    return this.#nameOf(presence.identity, presence.attributes[NAME_ATTRIBUTE]);
  }

  #participant(presence: Presence, isLocal: boolean, name: string | undefined): Participant {
    const { identity } = presence;
    const before = this.#participants.find((known) => known.identity === identity);
    const publications = publicationsOf(presence, before?.publications ?? []);
    const isSame =
      before?.isLocal === isLocal && before.name === name && before.publications === publications;
    return isSame ? before : { identity, isLocal, name, publications };
  }
}

function publicationsOf(
  presence: Presence,
  before: readonly Publication[],
): readonly Publication[] {
  const next: Publication[] = [];
  for (const shown of presence.trackPublications.values()) {
    const source = SOURCES[shown.source];
    if (source !== undefined) {
      next.push(publicationOf(shown, source, before));
    }
  }
  return sameItems(before, next) ? before : next;
}

function publicationOf(
  shown: PresentPublication,
  source: Source,
  before: readonly Publication[],
): Publication {
  const { trackSid: id, isMuted } = shown;
  const isOff = source === 'camera' && isMuted;
  const track = isOff ? undefined : shown.track?.mediaStreamTrack;
  const known = before.find((publication) => publication.id === id);
  const isSame = known?.source === source && known.isMuted === isMuted && known.track === track;
  return isSame ? known : { id, source, isMuted, track };
}

function byArrival(one: Presence, other: Presence): number {
  // Whoever has no time yet came last.
  const [first, second] = [one, other].map(({ joinedAt }) => joinedAt?.getTime() ?? Infinity);
  if (first !== second) {
    return (first ?? Infinity) < (second ?? Infinity) ? -1 : 1;
  }
  return one.identity < other.identity ? -1 : 1;
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
