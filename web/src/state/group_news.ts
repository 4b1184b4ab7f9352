import type { ReceivedMessage } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import type { SessionNotice } from '../e2ee/group/session_parts';
import type { Bytes } from '../protocol/bytes';

/** A message, and its place in the order: the sequence number of its entry. */
export type PlacedMessage = ReceivedMessage & { readonly place?: number };

/** What was sent here stands in the order. `body` is the very object that was given to `send`. */
export interface SentNotice {
  readonly kind: 'sent-message';
  readonly type: MessageType;
  readonly body: Bytes;
  readonly sequence: number;
  readonly place: number;
}

/** The server does not take what was sent here. */
export type UnsentNotice = Extract<SessionNotice, { kind: 'unsent-message' }> & {
  readonly body?: Bytes;
};

/** What became known of the messages in the group: others' and one's own. */
export type GroupNews =
  | { readonly kind: 'heard'; readonly message: ReceivedMessage; readonly place: number }
  | Omit<SentNotice, 'kind'> & { readonly kind: 'sent' }
  | { readonly kind: 'unsent'; readonly type: MessageType; readonly body: Bytes | undefined };

/** Until a session tells the place of a message, how far its sender had read stands for it. */
export function heardNews(message: PlacedMessage): GroupNews {
  return { kind: 'heard', message, place: message.place ?? message.position };
}
