import { concat, encodeUtf8, lengthPrefixed, type Bytes } from '../../protocol/bytes';
import { encodeUint64, WireError, type Reader } from '../group/wire';
import { encodeMessageId, readMessageId, type MessageId } from './message_id';
import { readBody, readText, TALK_FORM } from './talk_form';

/** Longest chat text, in code points. */
export const MAX_CHAT_CODE_POINTS = 4_000;

/** And in UTF-8, so that it fits a message with everything around it. */
export const MAX_CHAT_BYTES = 15_000;

const SAY = 1;
const EDIT = 2;
const DELETE = 3;

/** What a member does in the chat. Edits and deletions are of the sender's own messages: they name a sequence only. */
export type ChatBody =
  | { readonly kind: 'say'; readonly text: string; readonly replyTo: MessageId | undefined }
  | { readonly kind: 'edit'; readonly sequence: number; readonly text: string }
  | { readonly kind: 'delete'; readonly sequence: number };

/** Whether a text is short enough to be said. */
export function fitsChat(text: string): boolean {
  return (
    Array.from(text).length <= MAX_CHAT_CODE_POINTS && encodeUtf8(text).length <= MAX_CHAT_BYTES
  );
}

/** Encodes what is done in the chat; the text must fit (`fitsChat`). */
export function encodeChat(body: ChatBody): Bytes {
  switch (body.kind) {
    case 'say':
      return concat(Uint8Array.of(TALK_FORM, SAY), encodeReply(body.replyTo), encodeText(body.text));
    case 'edit':
      return concat(
        Uint8Array.of(TALK_FORM, EDIT),
        encodeUint64(body.sequence),
        encodeText(body.text),
      );
    case 'delete':
      return concat(Uint8Array.of(TALK_FORM, DELETE), encodeUint64(body.sequence));
  }
}

/** Reads what somebody did in the chat; undefined when it is malformed. */
export function parseChat(bytes: Uint8Array): ChatBody | undefined {
  return readBody(bytes, (reader): ChatBody => {
    switch (reader.uint8()) {
      case SAY:
        return { kind: 'say', replyTo: readReply(reader), text: readChatText(reader) };
      case EDIT:
        return { kind: 'edit', sequence: reader.uint64(), text: readChatText(reader) };
      case DELETE:
        return { kind: 'delete', sequence: reader.uint64() };
      default:
        throw new WireError('Nothing that is done in a chat.');
    }
  });
}

function encodeText(text: string): Bytes {
  return lengthPrefixed(encodeUtf8(text));
}

function encodeReply(id: MessageId | undefined): Bytes {
  return id === undefined ? Uint8Array.of(0) : concat(Uint8Array.of(1), encodeMessageId(id));
}

function readReply(reader: Reader): MessageId | undefined {
  const has = reader.uint8();
  if (has > 1) {
    throw new WireError('Neither a reply nor none.');
  }
  return has === 1 ? readMessageId(reader) : undefined;
}

function readChatText(reader: Reader): string {
  const text = readText(reader, MAX_CHAT_CODE_POINTS);
  if (encodeUtf8(text).length > MAX_CHAT_BYTES) {
    throw new WireError('A text of too many bytes.');
  }
  return text;
}
