import { m } from '../../messages/messages.js';
import type { ShortcutId } from '../../state/shortcuts';

/** What the help says of each key. */
export const KEY_WORDS: Readonly<Record<ShortcutId, () => string>> = {
  microphone: m.call_keys_microphone,
  camera: m.call_keys_camera,
  talk: m.call_keys_talk,
  share: m.call_keys_share,
  people: m.call_keys_people,
  chat: m.call_chat_keys,
  hand: m.call_hand_keys,
  react: m.call_reaction_keys,
  view: m.call_keys_view,
  'full-screen': m.call_keys_full_screen,
  'who-speaks': m.call_keys_who_speaks,
  regions: m.call_keys_regions,
  help: m.call_keys_help,
};
