import type { CallModel } from './call';
import type { ShortcutId } from './shortcuts';

type Acting = Pick<
  CallModel,
  | 'announce'
  | 'conversation'
  | 'heard'
  | 'room'
  | 'screenShare'
  | 'stage'
  | 'talk'
  | 'toggleCamera'
  | 'toggleMicrophone'
  | 'togglePanel'
>;

/** Does what a key asks for; false where the screen has to do it. */
export function perform(model: Acting, id: ShortcutId): boolean {
  const act = ACTS[id];
  act?.(model);
  return act !== undefined;
}

const ACTS: Partial<Record<ShortcutId, (model: Acting) => void>> = {
  'microphone': (model) => {
    model.toggleMicrophone();
  },
  'camera': (model) => {
    model.toggleCamera();
  },
  'talk': ({ talk }) => {
    talk.begin();
  },
  'share': ({ screenShare }) => {
    void screenShare.toggle();
  },
  'people': (model) => {
    model.togglePanel('people');
  },
  'chat': (model) => {
    model.togglePanel('chat');
  },
  'hand': ({ conversation }) => {
    conversation.value?.hands.toggle();
  },
  'view': ({ stage }) => {
    stage.toggleView();
  },
  'who-speaks': sayWhoSpeaks,
};

function sayWhoSpeaks(model: Acting): void {
  const { speaking } = model.heard.value;
  const people = model.room.value.people.filter(
    ({ identity, isLocal }) => !isLocal && speaking.has(identity),
  );
  model.announce({ kind: 'speaking', names: people.map(({ name }) => name) });
}
