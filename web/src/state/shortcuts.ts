/** What a key does in a call. */
export type ShortcutId =
  | 'microphone'
  | 'camera'
  | 'talk'
  | 'share'
  | 'people'
  | 'chat'
  | 'hand'
  | 'react'
  | 'view'
  | 'full-screen'
  | 'who-speaks'
  | 'regions'
  | 'help';

/** Keys pressed together. `mod` is Ctrl, or ⌘ on Apple's keyboards. */
export interface Chord {
  readonly mod?: true;
  readonly shift?: true;
  readonly alt?: true;
  /** `KeyboardEvent.key` in lower case. */
  readonly key: string;
}

/** One line of the help, and of what is listened for. */
export interface Shortcut {
  readonly id: ShortcutId;
  readonly chords: readonly Chord[];
  /** Held down rather than pressed. */
  readonly isHeld?: true;
}

/** All of them, in the order of the help. */
export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'microphone', chords: [{ mod: true, key: 'd' }, { key: 'm' }] },
  { id: 'camera', chords: [{ mod: true, key: 'e' }, { key: 'v' }] },
  { id: 'talk', chords: [{ key: ' ' }], isHeld: true },
  { id: 'share', chords: [{ mod: true, shift: true, key: 's' }] },
  { id: 'people', chords: [{ mod: true, shift: true, key: 'p' }] },
  { id: 'chat', chords: [{ mod: true, shift: true, key: 'm' }] },
  { id: 'hand', chords: [{ mod: true, shift: true, key: 'h' }, { key: 'h' }] },
  { id: 'react', chords: [{ mod: true, shift: true, key: 'e' }] },
  { id: 'view', chords: [{ key: 'g' }] },
  { id: 'full-screen', chords: [{ mod: true, shift: true, key: 'f' }] },
  { id: 'who-speaks', chords: [{ alt: true, key: 'n' }] },
  { id: 'regions', chords: [{ key: 'f6' }, { shift: true, key: 'f6' }] },
  { id: 'help', chords: [{ key: '?' }] },
];

/** The part of `KeyboardEvent` that is used here. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
}

/** Where the focus is when a key is pressed. */
export interface KeyContext {
  /** In a field that takes text. */
  readonly isTyping: boolean;
  /** On something that the space bar works already, like a button. */
  readonly isOnControl: boolean;
  readonly areSingleKeysOn: boolean;
}

/** What a key press asks for, if anything. */
export function shortcutFor(press: KeyPress, context: KeyContext): ShortcutId | undefined {
  if (press.isComposing) {
    return undefined;
  }
  const found = SHORTCUTS.find(({ chords }) => chords.some((chord) => isPressed(chord, press)));
  const chord = found?.chords.find((one) => isPressed(one, press));
  if (found === undefined || chord === undefined) {
    return undefined;
  }
  if (isSingleKey(chord) && (context.isTyping || !context.areSingleKeysOn)) {
    return undefined;
  }
  return found.id === 'talk' && context.isOnControl ? undefined : found.id;
}

/** Whether it is a letter, sign or space alone, which people who dictate press by accident. */
export function isSingleKey(chord: Chord): boolean {
  return chord.mod === undefined && chord.alt === undefined && Array.from(chord.key).length === 1;
}

/** What is written on the keys of a chord. */
export function keyNames(chord: Chord, isApple: boolean): string[] {
  return [
    ...(chord.mod ? [isApple ? '⌘' : 'Ctrl'] : []),
    ...(chord.alt ? [isApple ? '⌥' : 'Alt'] : []),
    ...(chord.shift ? [isApple ? '⇧' : 'Shift'] : []),
    chord.key === ' ' ? 'Space' : chord.key.toUpperCase(),
  ];
}

function isPressed(chord: Chord, press: KeyPress): boolean {
  const isMod = press.ctrlKey || press.metaKey;
  const isSign = isSingleKey(chord) && /\P{L}/u.test(chord.key) && chord.key !== ' ';
  return (
    isMod === (chord.mod === true) &&
    press.altKey === (chord.alt === true) &&
    // Where ? stands on the keyboard, and whether it needs Shift, differs.
    (isSign || press.shiftKey === (chord.shift === true)) &&
    isKey(chord, press)
  );
}

/** Letters go by what they write, or by their place where the keyboard writes no Latin ones. */
function isKey(chord: Chord, press: KeyPress): boolean {
  const written = press.key.toLowerCase();
  if (written === chord.key) {
    return true;
  }
  const hasLatinLetter = /^[a-z]$/.test(written);
  return /^[a-z]$/.test(chord.key) && !hasLatinLetter && press.code === `Key${chord.key.toUpperCase()}`;
}
