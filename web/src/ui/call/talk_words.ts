import { m } from '../../messages/messages.js';
import type { Name } from '../../state/announcements';
import { REACTIONS, type Emoji, type TalkAnnouncement } from '../../state/talk_announcements';
import { listOf, nameIn } from './words';

/** What people write and do, in words for those who don't see it. */
export function talkWords(what: TalkAnnouncement, locale: string): string {
  switch (what.kind) {
    case 'wrote':
      return wroteWords(what, locale);
    case 'raised':
    case 'lowered':
      return handWords(what.kind === 'raised', what.names, locale);
    case 'reacted': {
      const reactions = what.emoji.map(reactionName).join(', ');
      return what.names.length === 1
        ? m.call_reaction_said_one({ name: nameIn(what.names[0]), reactions })
        : m.call_reaction_said_many({ names: listOf(what.names, locale), reactions });
    }
    case 'own-hand':
      return what.isUp
        ? m.call_hand_said_own_up({ turn: what.turn })
        : m.call_hand_said_own_down();
    case 'unsent':
      return m.call_chat_said_unsent();
  }
}

/** What a reaction is called. */
export function reactionName(emoji: Emoji): string {
  return m.call_reaction_names().split(', ')[REACTIONS.indexOf(emoji)] ?? emoji;
}

type Wrote = Extract<TalkAnnouncement, { kind: 'wrote' }>;

function wroteWords({ names, count, text }: Wrote, locale: string): string {
  return count === 1
    ? m.call_chat_said_one({ name: nameIn(names[0]), text: `\u2068${text}\u2069` })
    : m.call_chat_said_many({ count, names: listOf(names, locale) });
}

function handWords(isUp: boolean, names: readonly Name[], locale: string): string {
  if (names.length === 1) {
    const name = nameIn(names[0]);
    return isUp ? m.call_hand_said_up_one({ name }) : m.call_hand_said_down_one({ name });
  }
  const all = { names: listOf(names, locale) };
  return isUp ? m.call_hand_said_up_many(all) : m.call_hand_said_down_many(all);
}
