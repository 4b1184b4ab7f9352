import { keyOfId, type MessageId } from '../e2ee/talk/message_id';
import type { Emoji } from '../e2ee/talk/reaction_body';
import type { Name } from './announcements';

/** So many messages are kept. */
export const MAX_MESSAGES = 1_000;

/** So many people are remembered for each emoji on a message: what is beyond is not counted. */
const MAX_REACTING = 200;

/** How far something is that was said here: `unsent` can be tried again. */
export type Delivery = 'waiting' | 'said' | 'unsent';

/** One message of the chat. Another object at each change. */
export interface ChatMessage {
  /** This device's own number for it, which stays. */
  readonly number: number;
  /** Undefined until it stands in the order. */
  readonly id: MessageId | undefined;
  readonly identity: string;
  readonly isOwn: boolean;
  /** What they called themselves when they wrote it. */
  readonly name: Name;
  readonly atMs: number;
  /** Empty once it is deleted. */
  readonly text: string;
  readonly delivery: Delivery;
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly replyTo: MessageId | undefined;
  readonly reactions: ReadonlyMap<Emoji, ReadonlySet<string>>;
}

/** What a message is made of; the history numbers it. */
export type NewMessage = Pick<
  ChatMessage,
  'id' | 'identity' | 'isOwn' | 'name' | 'atMs' | 'text' | 'delivery' | 'replyTo'
>;

/** The messages that are kept, oldest first. Who writes most loses theirs first, so that nobody's flood hides the others. */
export class ChatHistory {
  #messages: readonly ChatMessage[] = [];
  readonly #numbers = new Map<string, number>();
  #last = 0;

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** The message of an id; undefined when it is not kept, or was before one's time. */
  find(id: MessageId): ChatMessage | undefined {
    const number = this.#numbers.get(keyOfId(id));
    return number === undefined ? undefined : this.get(number);
  }

  get(number: number): ChatMessage | undefined {
    return this.#messages.find((message) => message.number === number);
  }

  add(message: NewMessage): ChatMessage {
    this.#last += 1;
    const added = {
      ...message,
      number: this.#last,
      isEdited: false,
      isDeleted: false,
      reactions: new Map<Emoji, ReadonlySet<string>>(),
    };
    this.#note(added);
    this.#messages = [...this.#messages, added];
    this.#shorten();
    return added;
  }

  change(number: number, change: Partial<Omit<ChatMessage, 'number'>>): void {
    this.#messages = this.#messages.map((message) => {
      if (message.number !== number) return message;
      const changed = { ...message, ...change };
      this.#note(changed);
      return changed;
    });
  }

  /** What stands in the order stands where the order has it: after all that came before. */
  moveToEnd(number: number): void {
    const moved = this.#messages.filter((message) => message.number === number);
    const others = this.#messages.filter((message) => message.number !== number);
    const waiting = others.findIndex(({ delivery }) => delivery !== 'said');
    const at = waiting === -1 ? others.length : waiting;
    this.#messages = [...others.slice(0, at), ...moved, ...others.slice(at)];
  }

  remove(number: number): void {
    const gone = this.get(number);
    if (gone?.id !== undefined) this.#numbers.delete(keyOfId(gone.id));
    this.#messages = this.#messages.filter((message) => message.number !== number);
  }

  /** Puts somebody's reaction on a message, or takes it back. */
  react(number: number, emoji: Emoji, identity: string, isPut: boolean): void {
    const message = this.get(number);
    if (message === undefined || message.isDeleted) return;
    const who = new Set(message.reactions.get(emoji));
    if (!isPut) {
      who.delete(identity);
    } else if (who.size < MAX_REACTING) {
      who.add(identity);
    }
    const reactions = new Map(message.reactions).set(emoji, who);
    if (who.size === 0) reactions.delete(emoji);
    this.change(number, { reactions });
  }

  #note({ id, number }: ChatMessage): void {
    if (id !== undefined) this.#numbers.set(keyOfId(id), number);
  }

  #shorten(): void {
    if (this.#messages.length <= MAX_MESSAGES) return;
    const counts = new Map<string, number>();
    for (const { identity } of this.#messages) {
      counts.set(identity, (counts.get(identity) ?? 0) + 1);
    }
    const most = Math.max(...counts.values());
    const oldest = this.#messages.find(({ identity }) => counts.get(identity) === most);
    if (oldest !== undefined) this.remove(oldest.number);
  }
}
