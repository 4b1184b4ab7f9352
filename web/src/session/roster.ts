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

type NameOf = (identity: string, sealed: string | undefined) => string | undefined;

/**
 * Turns what the transport shows into participants. Whoever did not change stays the same object.
 *
 * The transport shows what the server says. Whatever that is: one is oneself, nobody else is, and no
 * two participants or publications have the same id, for the screen tells them apart by it.
 */
export class Roster {
  readonly #ownIdentity: string;
  readonly #nameOf: NameOf;
  #participants: readonly Participant[] = [];

  constructor(ownIdentity: string, nameOf: NameOf) {
    this.#ownIdentity = ownIdentity;
    this.#nameOf = nameOf;
  }

  /** The participants now: oneself first, then the others by when they came. */
  read(local: Presence, ownName: string, others: Iterable<Presence>): readonly Participant[] {
    const known = new Map(this.#participants.map((one) => [one.identity, one]));
    const next = new Map<string, Participant>();
    const takenIds = new Set<string>();
    const add = (presence: Presence, identity: string, name: string | undefined): void => {
      const before = known.get(identity);
      const publications = publicationsOf(presence, before?.publications ?? [], takenIds);
      const isLocal = presence === local;
      const isSame =
        before?.isLocal === isLocal && before.name === name && before.publications === publications;
      next.set(identity, isSame ? before : { identity, isLocal, name, publications });
    };
    add(local, this.#ownIdentity, ownName);
    for (const other of [...others].sort(byArrival)) {
      if (!next.has(other.identity)) {
        add(other, other.identity, this.#openedName(other));
      }
    }
    const list = [...next.values()];
    this.#participants = sameItems(this.#participants, list) ? this.#participants : list;
    return this.#participants;
  }

  #openedName(presence: Presence): string | undefined {
    return this.#nameOf(presence.identity, presence.attributes[NAME_ATTRIBUTE]);
  }
}

function publicationsOf(
  presence: Presence,
  before: readonly Publication[],
  takenIds: Set<string>,
): readonly Publication[] {
  const next: Publication[] = [];
  for (const shown of presence.trackPublications.values()) {
    const source = SOURCES[shown.source];
    if (source !== undefined && !takenIds.has(shown.trackSid)) {
      takenIds.add(shown.trackSid);
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
