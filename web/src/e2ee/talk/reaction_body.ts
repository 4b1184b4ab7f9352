import { concat, type Bytes } from '../../protocol/bytes';
import { WireError } from '../group/wire';
import { encodeMessageId, readMessageId, type MessageId } from './message_id';
import { readBody, TALK_FORM } from './talk_form';

/** What people can react with: nothing else goes over the wire. The numbers stand in `protocol/talk.md`. */
export const REACTIONS = ['👍', '👎', '👏', '❤️', '😂', '😮', '🤔', '🎉'] as const;

export type Emoji = (typeof REACTIONS)[number];

const SHOWN = 0;
const PUT = 1;
const TAKEN = 2;

/** A reaction that is shown for a moment, or one on a chat message. */
export type ReactionBody =
  | { readonly kind: 'shown'; readonly emoji: Emoji }
  | { readonly kind: 'put' | 'taken'; readonly emoji: Emoji; readonly on: MessageId };

/** Encodes a reaction. */
export function encodeReaction(body: ReactionBody): Bytes {
  const number = REACTIONS.indexOf(body.emoji);
  if (body.kind === 'shown') {
    return Uint8Array.of(TALK_FORM, SHOWN, number);
  }
  const how = body.kind === 'put' ? PUT : TAKEN;
  return concat(Uint8Array.of(TALK_FORM, how, number), encodeMessageId(body.on));
}

/** Reads a reaction; undefined when it is malformed, or an emoji that is not among ours. */
export function parseReaction(bytes: Uint8Array): ReactionBody | undefined {
  return readBody(bytes, (reader): ReactionBody => {
    const how = reader.uint8();
    const emoji = REACTIONS[reader.uint8()];
    if (emoji === undefined || how > TAKEN) {
      throw new WireError('No reaction.');
    }
    return how === SHOWN
      ? { kind: 'shown', emoji }
      : { kind: how === PUT ? 'put' : 'taken', emoji, on: readMessageId(reader) };
  });
}
