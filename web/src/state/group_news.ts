import type { ReceivedMessage } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import type { Bytes } from '../protocol/bytes';

/** A message, and its place in the order: the sequence number of its entry. */
export type PlacedMessage = ReceivedMessage & { readonly place?: number };

/** What became of a message that was sent here. `body` is the very object that was given to `send`. */
export type Outcome =
  /** It stands in the order. */
  | {
      readonly kind: 'sent';
      readonly type: MessageType;
      readonly body: Bytes;
      readonly sequence: number;
      readonly place: number;
    }
  /** The server does not take it, and will not. */
  | { readonly kind: 'unsent'; readonly type: MessageType; readonly body: Bytes };

/** What became known of the messages in the group: others' and one's own. */
export type GroupNews =
  | { readonly kind: 'heard'; readonly message: ReceivedMessage; readonly place: number }
  | Outcome;

/** Until a session tells the place of a message, how far its sender had read stands for it. */
export function heardNews(message: PlacedMessage): GroupNews {
  return { kind: 'heard', message, place: message.place ?? message.position };
}
