import type { Member } from '../e2ee/group/group_keys';
import { encodeChat, fitsChat, MAX_CHAT_CODE_POINTS, type ChatBody } from '../e2ee/talk/chat_body';
import type { MessageId } from '../e2ee/talk/message_id';
import { encodeReaction, type Emoji } from '../e2ee/talk/reaction_body';
import { Subject, type Observable } from '../observable/observable';
import { plainText } from '../protocol/plain_text';
import type { Name } from './announcements';
import { ChatHistory, type ChatMessage } from './chat_history';
import type { SaidHere } from './said_here';

export { MAX_CHAT_CODE_POINTS } from '../e2ee/talk/chat_body';

interface Parts {
  readonly said: SaidHere;
  /** Undefined until this device is a member. */
  readonly self: () => Member | undefined;
  readonly nameOf: (identity: string) => Name;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  /** Somebody else has written. */
  readonly onWritten: (message: ChatMessage) => void;
  /** What was said here was not taken. */
  readonly onUnsent: () => void;
}

/** A change of one's own message that has not come to stand yet. */
export interface PendingChange {
  readonly kind: 'edit' | 'delete';
  readonly text: string;
  readonly delivery: 'waiting' | 'unsent';
}

/** Why a text can't be said. */
export type ChatProblem = 'empty' | 'too-long' | 'not-a-member';

/** The chat: what everybody wrote since this device came, in the group's order. */
export class ChatModel {
  readonly #parts: Parts;
  readonly #history = new ChatHistory();
  readonly #messages = new Subject<readonly ChatMessage[]>([]);
  readonly #changes = new Subject<ReadonlyMap<number, PendingChange>>(new Map());
  readonly #unread = new Subject(0);
  #isOpen = false;
  #lastSeen = 0;
  #lastNumber = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Oldest first; what does not stand in the order yet is last. */
  get messages(): Observable<readonly ChatMessage[]> {
    return this.#messages;
  }

  /** Edits and deletions that are under way or failed, by the number of their message. */
  get changes(): Observable<ReadonlyMap<number, PendingChange>> {
    return this.#changes;
  }

  /** How many messages of others came since the chat was last open. */
  get unread(): Observable<number> {
    return this.#unread;
  }

  /** Whether the chat is on screen: then what comes is read. */
  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#show();
  }

  /** The message that another one answers; undefined when it was before one's time, or is not kept any more. */
  answered({ replyTo }: ChatMessage): ChatMessage | undefined {
    return replyTo === undefined ? undefined : this.#history.find(replyTo);
  }

  /** One's last message that can be edited. */
  get lastOwn(): ChatMessage | undefined {
    return this.#messages.value.findLast(
      ({ number, isOwn }) => isOwn && this.#isChangeable(number) && !this.#changes.value.has(number),
    );
  }

  /** Says something. What it answers with is why it can't be said. */
  write(typed: string, replyTo?: ChatMessage): ChatProblem | undefined {
    const self = this.#parts.self();
    const reading = readTyped(typed);
    if (reading.problem !== undefined || self === undefined) {
      return reading.problem ?? 'not-a-member';
    }
    const { number } = this.#history.add({
      id: undefined,
      identity: self.identity,
      isOwn: true,
      name: this.#parts.nameOf(self.identity),
      atMs: this.#parts.wallNow(),
      text: reading.text,
      delivery: 'waiting',
      replyTo: replyTo?.id,
    });
    this.#say(number);
    return undefined;
  }

  /** Tries again to say, edit or delete what was not taken. */
  retry(number: number): void {
    const change = this.#changes.value.get(number);
    if (change?.delivery === 'unsent') {
      this.#sayChange(number, change);
    } else if (this.#history.get(number)?.delivery === 'unsent') {
      this.#history.change(number, { delivery: 'waiting' });
      this.#say(number);
    }
  }

  /** Gives up what was not taken. */
  drop(number: number): void {
    if (this.#changes.value.get(number)?.delivery === 'unsent') {
      this.#setChange(number, undefined);
    } else if (this.#history.get(number)?.delivery === 'unsent') {
      this.#history.remove(number);
      this.#show();
    }
  }

  /** Writes one's own message anew. */
  edit(number: number, typed: string): ChatProblem | undefined {
    const reading = readTyped(typed);
    if (reading.problem === undefined && this.#isChangeable(number)) {
      if (this.#history.get(number)?.text !== reading.text) {
        this.#sayChange(number, { kind: 'edit', text: reading.text });
      }
    }
    return reading.problem;
  }

  /** Takes one's own message back. Who has read it has read it. */
  delete(number: number): void {
    if (this.#isChangeable(number)) {
      this.#sayChange(number, { kind: 'delete', text: '' });
    }
  }

  /** Puts one's own reaction on a message, or takes it back. */
  toggleReaction(number: number, emoji: Emoji): void {
    const message = this.#history.get(number);
    const self = this.#parts.self();
    if (message?.id === undefined || message.isDeleted || self === undefined) return;
    const isPut = message.reactions.get(emoji)?.has(self.identity) !== true;
    const kind = isPut ? 'put' : 'taken';
    const body = encodeReaction({ kind, emoji, on: message.id });
    this.#parts.said.say('reaction', body, {
      onSent: () => {
        this.reacted(self.identity, message.id as MessageId, emoji, isPut);
      },
      onUnsent: this.#parts.onUnsent,
    });
  }

  /** Somebody did something in the chat; false when it is malformed. */
  take(from: Member, sequence: number, body: ChatBody): boolean {
    const id = { leafKey: from.leafKey, sequence };
    const text = body.kind === 'delete' ? '' : plainText(body.text, MAX_CHAT_CODE_POINTS);
    if (body.kind !== 'delete' && text === '') return false;
    if (body.kind === 'say') {
      this.#written(from, id, text, body.replyTo);
    } else {
      this.#changed({ leafKey: from.leafKey, sequence: body.sequence }, text);
    }
    this.#show();
    return true;
  }

  /** Somebody's reaction on a message stands in the order. */
  reacted(identity: string, on: MessageId, emoji: Emoji, isPut: boolean): void {
    const message = this.#history.find(on);
    if (message !== undefined) {
      this.#history.react(message.number, emoji, identity, isPut);
      this.#show();
    }
  }

  #written(from: Member, id: MessageId, text: string, replyTo: MessageId | undefined): void {
    if (this.#history.find(id) !== undefined) return;
    const { identity } = from;
    const message = this.#history.add({
      ...{ id, identity, text, replyTo, isOwn: false, delivery: 'said' },
      name: this.#parts.nameOf(identity),
      atMs: this.#parts.wallNow(),
    });
    this.#history.moveToEnd(message.number);
    this.#lastNumber = message.number;
    this.#parts.onWritten(message);
  }

  #changed(id: MessageId, text: string): void {
    const message = this.#history.find(id);
    if (message === undefined || message.isDeleted) return;
    this.#history.change(
      message.number,
      text === ''
        ? { text, isDeleted: true, reactions: new Map() }
        : { text, isEdited: true },
    );
  }

  #say(number: number): void {
    const message = this.#history.get(number);
    if (message === undefined) return;
    const { text, replyTo } = message;
    this.#show();
    this.#parts.said.say('chat', encodeChat({ kind: 'say', text, replyTo }), {
      onSent: ({ sequence }) => {
        const self = this.#parts.self();
        const id = self && { leafKey: self.leafKey, sequence };
        this.#history.moveToEnd(number);
        this.#history.change(number, { id, delivery: 'said', atMs: this.#parts.wallNow() });
        this.#show();
      },
      onUnsent: () => {
        this.#history.change(number, { delivery: 'unsent' });
        this.#show();
        this.#parts.onUnsent();
      },
    });
  }

  #sayChange(number: number, { kind, text }: Pick<PendingChange, 'kind' | 'text'>): void {
    const id = this.#history.get(number)?.id;
    if (id === undefined) return;
    this.#setChange(number, { kind, text, delivery: 'waiting' });
    const { sequence } = id;
    const body: ChatBody = kind === 'edit' ? { kind, sequence, text } : { kind, sequence };
    this.#parts.said.say('chat', encodeChat(body), {
      onSent: () => {
        this.#setChange(number, undefined);
        this.#changed(id, text);
        this.#show();
      },
      onUnsent: () => {
        this.#setChange(number, { kind, text, delivery: 'unsent' });
        this.#parts.onUnsent();
      },
    });
  }

  #setChange(number: number, change: PendingChange | undefined): void {
    const changes = new Map(this.#changes.value);
    if (change === undefined) {
      changes.delete(number);
    } else {
      changes.set(number, change);
    }
    this.#changes.set(changes);
  }

  /** One thing after the other: what is under way has to come to stand first. */
  #isChangeable(number: number): boolean {
    const message = this.#history.get(number);
    const isSaid = message?.isOwn === true && message.delivery === 'said' && !message.isDeleted;
    return isSaid && this.#changes.value.get(number)?.delivery !== 'waiting';
  }

  #show(): void {
    const { messages } = this.#history;
    if (this.#isOpen) this.#lastSeen = this.#lastNumber;
    this.#messages.set(messages);
    this.#unread.set(
      messages.filter(
        ({ number, isOwn, isDeleted }) => number > this.#lastSeen && !isOwn && !isDeleted,
      ).length,
    );
  }
}

type Reading =
  | { readonly problem: ChatProblem }
  | { readonly problem: undefined; readonly text: string };

function readTyped(typed: string): Reading {
  const isShort = typed.length <= 4 * MAX_CHAT_CODE_POINTS && fitsChat(typed.trim());
  const text = plainText(typed, MAX_CHAT_CODE_POINTS);
  if (!isShort || !fitsChat(text)) {
    return { problem: 'too-long' };
  }
  return text === '' ? { problem: 'empty' } : { problem: undefined, text };
}
