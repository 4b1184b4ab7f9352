import { Subject, type Observable } from '../observable/observable';
import type { Conversation, ConversationParts } from './conversation';
import type { GroupNews } from './group_news';

// What may come before a slow line has brought the code: then the oldest are lost, as for who comes later.
const MAX_EARLY = 512;

/** Loads the conversation once there is a call, and keeps for it what comes before it is there. */
export class ConversationDoor {
  readonly #now = new Subject<Conversation | undefined>(undefined);
  #early: GroupNews[] = [];
  #isClosed = false;

  /** Undefined until it is loaded. */
  get now(): Observable<Conversation | undefined> {
    return this.#now;
  }

  readonly take = (news: GroupNews): void => {
    if (this.#now.value !== undefined) {
      this.#now.value.take(news);
    } else if (!this.#isClosed) {
      this.#early = [...this.#early, news].slice(-MAX_EARLY);
    }
  };

  /** @throws TypeError - it can't be loaded. */
  async open(parts: ConversationParts): Promise<void> {
    const loaded = await import('./conversation');
    if (this.#isClosed) return;
    const conversation = new loaded.Conversation(parts);
    for (const news of this.#early.splice(0)) {
      conversation.take(news);
    }
    this.#now.set(conversation);
  }

  close(): void {
    this.#isClosed = true;
    this.#now.value?.close();
  }
}
