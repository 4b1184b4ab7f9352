/** What is shown when a call is over for good. */
export { default as EndingPage } from './EndingPage.svelte';
export { default as ForgetMeeting } from './ForgetMeeting.svelte';
