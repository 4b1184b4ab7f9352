/** What shows chat, hands and reactions in the call. */
export type TalkParts = typeof import('./talk_parts');

let parts: Promise<TalkParts> | undefined;

/** Loads what shows chat, hands and reactions, once. */
export function talkParts(): Promise<TalkParts> {
  parts ??= import('./talk_parts');
  return parts;
}
