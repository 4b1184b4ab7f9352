import { m } from '../../messages/messages.js';
import type { Announcement, Name } from '../../state/announcements';
import type { Person, Presence } from '../../state/people';
import type { Corner } from '../../state/self_corner';

/** So many names are read out; the rest is a number. */
const MAX_NAMES = 3;

/** A name inside a sentence, kept from turning the direction of the words around it. */
export function nameIn(name: Name): string {
  return name === undefined ? m.call_someone() : `\u2068${name}\u2069`;
}

/** What a tile or row calls somebody. */
export function labelOf({ isLocal, name }: Pick<Person, 'isLocal' | 'name'>): string {
  return isLocal ? m.call_you() : (name ?? m.call_someone());
}

/** How somebody is in the meeting, where that is to be said. */
export function presenceWords(presence: Exclude<Presence, 'here'>): string {
  return PRESENCE[presence]();
}

const PRESENCE = {
  unheard: m.call_presence_unheard,
  leaving: m.call_presence_leaving,
  away: m.call_presence_away,
} as const;

/** What somebody hears who can't see the tile. */
export function tileWords(
  person: Person,
  is: { readonly speaking: boolean; readonly pinned: boolean; readonly frozen: boolean },
): string {
  return [
    labelOf(person),
    ...(person.presence === 'here' ? [] : [presenceWords(person.presence)]),
    person.isMicrophoneOn ? m.call_tile_microphone_on() : m.call_tile_microphone_off(),
    ...(person.camera === undefined ? [m.call_tile_camera_off()] : []),
    ...(is.speaking ? [m.call_tile_speaking()] : []),
    ...(is.pinned ? [m.call_tile_pinned()] : []),
    ...(is.frozen ? [m.call_tile_frozen()] : []),
  ].join(', ');
}

/** An announcement in words. */
export function wordsFor(what: Exclude<Announcement, { kind: 'talk' }>, locale: string): string {
  switch (what.kind) {
    case 'joined':
    case 'left':
    case 'speaking':
    case 'undelivered':
      return manyWords(what.kind, what.names, locale);
    case 'shares':
    case 'stopped-sharing':
    case 'pinned':
    case 'unpinned':
      return NAMED[what.kind]({ name: nameIn(what.name) });
    default:
      return ownWords(what);
  }
}

/** What somebody did or what happened to them. */
function ownWords(what: Exclude<Announcement, { names: unknown } | { name: Name } | { kind: 'talk' }>): string {
  switch (what.kind) {
    case 'microphone':
    case 'camera':
    case 'sharing':
      return SWITCHED[what.kind][what.isOn ? 'on' : 'off']();
    case 'self':
      return what.isHidden ? m.call_said_self_hidden() : m.call_said_self_shown();
    case 'view':
      return what.view === 'grid' ? m.call_said_view_grid() : m.call_said_view_speaker();
    case 'corner':
      return CORNER_WORDS[what.corner]();
    default:
      return PLAIN[what.kind]();
  }
}

const SWITCHED = {
  microphone: { on: m.call_said_microphone_on, off: m.call_said_microphone_off },
  camera: { on: m.call_said_camera_on, off: m.call_said_camera_off },
  sharing: { on: m.call_said_sharing_on, off: m.call_said_sharing_off },
} as const;

const NAMED = {
  shares: m.call_said_shares,
  'stopped-sharing': m.call_said_stopped_sharing,
  pinned: m.call_said_pinned,
  unpinned: m.call_said_unpinned,
} as const;

const PLAIN = {
  trouble: m.call_said_trouble,
  back: m.call_said_back,
  copied: m.call_said_copied,
  comparing: m.call_said_comparing,
  stranger: m.call_strangers,
  'media-broken': m.call_media_broken,
  diverged: m.call_group_diverged,
  silent: m.call_group_silent,
  cut: m.call_group_cut,
  'stale-epoch': m.call_group_stale,
} as const;

const CORNER_WORDS: Readonly<Record<Corner, () => string>> = {
  'top-left': m.call_said_corner_top_left,
  'top-right': m.call_said_corner_top_right,
  'bottom-left': m.call_said_corner_bottom_left,
  'bottom-right': m.call_said_corner_bottom_right,
};

const MANY = {
  joined: { one: m.call_said_joined_one, many: m.call_said_joined_many },
  undelivered: { one: m.call_undelivered_one, many: m.call_undelivered_many },
  left: { one: m.call_said_left_one, many: m.call_said_left_many },
  speaking: { one: m.call_said_speaking_one, many: m.call_said_speaking_many },
} as const;

function manyWords(kind: keyof typeof MANY, names: readonly Name[], locale: string): string {
  const [first] = names;
  if (names.length === 0) {
    return m.call_said_speaking_nobody();
  }
  return names.length === 1
    ? MANY[kind].one({ name: nameIn(first) })
    : MANY[kind].many({ names: listOf(names, locale) });
}

/** These names in a sentence, and how many more. */
export function listOf(names: readonly Name[], locale: string): string {
  const rest = names.length - MAX_NAMES;
  if (rest > 1) {
    const shown = names.slice(0, MAX_NAMES).map(nameIn).join(', ');
    return m.call_said_others({ names: shown, count: rest });
  }
  return everyName(names, locale);
}

/** All of these names, in a sentence. */
export function everyName(names: readonly Name[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names.map(nameIn));
}
