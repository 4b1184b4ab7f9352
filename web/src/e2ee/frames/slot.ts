/** Where a track comes from. Names as everywhere else. */
export type SlotName = 'microphone' | 'camera' | 'screen' | 'screen-audio';

/** The same as a number, as the key id carries it: 0 microphone, 1 camera, 2 screen, 3 screen audio. */
export type Slot = 0 | 1 | 2 | 3;

export const ALL_SLOTS: readonly Slot[] = [0, 1, 2, 3];

/** Their names, by number. */
export const SLOTS = ['microphone', 'camera', 'screen', 'screen-audio'] as const satisfies readonly SlotName[];

const NUMBERS: Readonly<Record<SlotName, Slot>> = {
  microphone: 0,
  camera: 1,
  screen: 2,
  'screen-audio': 3,
};

export function slotOf(source: SlotName): Slot {
  return NUMBERS[source];
}

/** What kind of media a slot carries. */
export function kindOf(slot: Slot): 'audio' | 'video' {
  return slot === 0 || slot === 3 ? 'audio' : 'video';
}
