import type { ChatMessage } from '../../state/chat_history';

/** What the next text in the chat is for. */
export type Purpose =
  | { readonly kind: 'write' }
  | { readonly kind: 'reply' | 'edit'; readonly message: ChatMessage };
