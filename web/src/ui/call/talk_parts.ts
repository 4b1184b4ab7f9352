/** What shows chat, hands and reactions in the call: in a file of its own, loaded once the call is on screen. */
export { default as ChatButton } from './ChatButton.svelte';
export { default as HandButton } from './HandButton.svelte';
export { default as MoreTalk } from './MoreTalk.svelte';
export { default as ReactButton } from './ReactButton.svelte';
export { default as HandMark } from './HandMark.svelte';
export { default as TileMarks } from './TileMarks.svelte';
export { talkWords } from './talk_words';
