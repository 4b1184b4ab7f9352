/** What encrypts a call, loaded beside its transport: the group's keys, and what they do to media. */
export { groupHere } from './group';
export { MediaHere } from './media';
export { dismissWorkers, prepareWorkers } from './workers';
export { NodeWord } from '../e2ee/record/node_word';
