import { describe, expect, it } from 'vitest';

import {
  SHORTCUTS,
  isSingleKey,
  keyNames,
  shortcutFor,
  type KeyContext,
  type KeyPress,
} from './shortcuts';

const ANYWHERE: KeyContext = { isTyping: false, isOnControl: false, areSingleKeysOn: true };

function press(keys: string, more: Partial<KeyPress> = {}): KeyPress {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  return {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    isComposing: false,
    ...more,
  };
}

describe('keys', () => {
  it('do what the habits of other meetings expect', () => {
    const expected: Record<string, string> = {
      'Ctrl+d': 'microphone',
      'Meta+d': 'microphone',
      'm': 'microphone',
      'Ctrl+e': 'camera',
      'v': 'camera',
      ' ': 'talk',
      'Ctrl+Shift+S': 'share',
      'Ctrl+Shift+P': 'people',
      'Ctrl+Shift+F': 'full-screen',
      'g': 'view',
      'Alt+n': 'who-speaks',
      'F6': 'regions',
      'Shift+F6': 'regions',
      'Shift+?': 'help',
    };
    for (const [keys, id] of Object.entries(expected)) {
      expect(shortcutFor(press(keys), ANYWHERE), keys).toBe(id);
    }
  });

  it('leave to the browser what is not theirs', () => {
    for (const keys of ['Ctrl+m', 'Ctrl+Shift+d', 'Alt+m', 'x', 'Ctrl+s', 'Ctrl+Alt+n', 'F5']) {
      expect(shortcutFor(press(keys), ANYWHERE), keys).toBeUndefined();
    }
  });

  it('do nothing alone while somebody types, though Ctrl+D still mutes', () => {
    const typing = { ...ANYWHERE, isTyping: true, isOnControl: true };
    for (const keys of ['m', 'v', 'h', 'g', ' ', 'Shift+?']) {
      expect(shortcutFor(press(keys), typing), keys).toBeUndefined();
    }
    expect(shortcutFor(press('Ctrl+d'), typing)).toBe('microphone');
    expect(shortcutFor(press('F6'), typing)).toBe('regions');
  });

  it('can be turned off where they are single', () => {
    const off = { ...ANYWHERE, areSingleKeysOn: false };
    const single = SHORTCUTS.filter(({ chords }) => chords.some(isSingleKey)).map(({ id }) => id);
    expect(single).toEqual(['microphone', 'camera', 'talk', 'hand', 'view', 'help']);
    for (const keys of ['m', 'v', 'h', 'g', ' ', 'Shift+?']) {
      expect(shortcutFor(press(keys), off), keys).toBeUndefined();
    }
    expect(shortcutFor(press('Ctrl+e'), off)).toBe('camera');
  });

  it('leave the space bar to a button that has the focus', () => {
    expect(shortcutFor(press(' '), { ...ANYWHERE, isOnControl: true })).toBeUndefined();
  });

  it('do nothing while a character is being composed', () => {
    expect(shortcutFor(press('m', { isComposing: true }), ANYWHERE)).toBeUndefined();
  });

  it('work by place on keyboards without Latin letters, and where Alt writes something else', () => {
    expect(shortcutFor(press('в', { code: 'KeyD', ctrlKey: true }), ANYWHERE)).toBe('microphone');
    expect(shortcutFor(press('Dead', { code: 'KeyN', altKey: true }), ANYWHERE)).toBe('who-speaks');
    expect(shortcutFor(press('q', { code: 'KeyM' }), ANYWHERE)).toBeUndefined();
  });

  it('are shown as they stand on the keyboard', () => {
    expect(keyNames({ mod: true, shift: true, key: 's' }, false)).toEqual(['Ctrl', 'Shift', 'S']);
    expect(keyNames({ mod: true, key: 'd' }, true)).toEqual(['⌘', 'D']);
    expect(keyNames({ key: ' ' }, false)).toEqual(['Space']);
  });
});
