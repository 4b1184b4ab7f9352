import type { GroupView, Member, ReceivedMessage } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import { parseChat } from '../e2ee/talk/chat_body';
import { parseHand } from '../e2ee/talk/hand_body';
import { parseName, parsePresence } from '../e2ee/talk/name_body';
import { parseReaction } from '../e2ee/talk/reaction_body';
import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import type { Name } from './announcements';
import { ChatModel } from './chat';
import type { GroupNews } from './group_news';
import { HandsModel } from './hands';
import { NamesModel } from './names';
import { ReactionsModel } from './reactions';
import { SaidHere } from './said_here';
import { TalkTeller, type TalkAnnouncement } from './talk_announcements';

export interface ConversationParts {
  /** False when too many messages wait already. */
  readonly send: (type: MessageType, body: Bytes) => boolean;
  /** Undefined while this device is no member. */
  readonly view: Observable<GroupView | undefined>;
  readonly clock: Clock;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  readonly ownName: () => string | undefined;
  /** What somebody is called as long as they have signed nothing. */
  readonly nameOf: (identity: string) => Name;
  readonly say: (what: TalkAnnouncement) => void;
  /** Somebody has signed another name. */
  readonly onNamed: () => void;
}

/** All that people tell each other but sound and picture: chat, hands, reactions, names. */
export class Conversation {
  readonly chat: ChatModel;
  readonly hands: HandsModel;
  readonly reactions: ReactionsModel;
  readonly names: NamesModel;
  readonly #parts: ConversationParts;
  readonly #said: SaidHere;
  readonly #teller: TalkTeller;
  readonly #stop: () => void;
  #malformed = 0;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    const said = new SaidHere(parts.send);
    this.#said = said;
    const nameOf = (identity: string): Name => this.nameOf(identity);
    const teller = new TalkTeller(parts.clock, nameOf, parts.say);
    this.#teller = teller;
    const onUnsent = (): void => {
      parts.say({ kind: 'unsent' });
    };
    const self = (): string | undefined => parts.view.value?.self.identity;
    this.chat = new ChatModel({
      ...{ said, onUnsent, nameOf, wallNow: parts.wallNow },
      self: () => parts.view.value?.self,
      onWritten: ({ identity, text }) => {
        teller.wrote(identity, text);
      },
    });
    this.hands = new HandsModel({
      ...{ said, self, onUnsent },
      onMoved: teller.hand.bind(teller),
      onOwn: (isUp, turn) => {
        parts.say({ kind: 'own-hand', isUp, turn });
      },
    });
    this.reactions = new ReactionsModel({
      ...{ said, self, onUnsent, clock: parts.clock },
      onReacted: (identity, emoji) => {
        teller.reacted(identity, emoji);
      },
    });
    this.names = new NamesModel({
      ...{ said, clock: parts.clock, ownName: parts.ownName },
      handPlace: () => this.hands.ownPlace,
    });
    this.#stop = parts.view.subscribe((view) => {
      this.#moved(view);
    });
  }

  /** What somebody has signed to be called, or is called otherwise. */
  nameOf(identity: string): Name {
    return this.names.nameOf(identity) ?? this.#parts.nameOf(identity);
  }

  /** How many bodies of others were dropped because they are none. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Something became known of a message, in the order of the group. */
  readonly take = (news: GroupNews): void => {
    if (news.kind === 'unsent') {
      this.#said.unsent(news.body);
      return;
    }
    this.hands.at(news.place);
    if (news.kind === 'sent') {
      this.#said.sent(news.body, news);
    } else if (!this.#heard(news.message, news.place)) {
      this.#malformed += 1;
    }
  };

  close(): void {
    this.#stop();
    this.#teller.close();
    this.reactions.close();
    this.names.close();
  }

  /** False for what is malformed. */
  #heard({ type, from, sequence, body }: ReceivedMessage, place: number): boolean {
    switch (type) {
      case 'chat': {
        const said = parseChat(body);
        return said !== undefined && this.chat.take(from, sequence, said);
      }
      case 'hand': {
        const isUp = parseHand(body);
        if (isUp !== undefined) this.hands.take(from.identity, isUp, place);
        return isUp !== undefined;
      }
      case 'reaction':
        return this.#reacted(from, body);
      case 'name': {
        const name = parseName(body);
        return name !== undefined && this.#named(from.identity, name);
      }
      case 'presence': {
        const presence = parsePresence(body);
        if (presence === undefined) return false;
        this.hands.retold(from.identity, presence.handPlace, place);
        return this.#named(from.identity, presence.name);
      }
      default:
        return true;
    }
  }

  #named(identity: string, name: string): boolean {
    const before = this.names.nameOf(identity);
    const isName = this.names.take(identity, name);
    if (this.names.nameOf(identity) !== before) this.#parts.onNamed();
    return isName;
  }

  #reacted({ identity }: Member, body: Bytes): boolean {
    const reaction = parseReaction(body);
    if (reaction?.kind === 'shown') {
      this.reactions.take(identity, reaction.emoji);
    } else if (reaction !== undefined) {
      this.chat.reacted(identity, reaction.on, reaction.emoji, reaction.kind === 'put');
    }
    return reaction !== undefined;
  }

  #moved(view: GroupView | undefined): void {
    const identities = view?.roster.map(({ identity }) => identity);
    if (identities !== undefined) this.hands.keepOnly(new Set(identities));
    this.names.follow(identities && view && { self: view.self.identity, identities });
  }
}
