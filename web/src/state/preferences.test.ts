import { expect, it } from 'vitest';

import { Preferences, PREFERENCES_KEY, type PreferenceStorage } from './preferences';

function storageWith(text?: string): PreferenceStorage & { kept: Map<string, string> } {
  const kept = new Map<string, string>(text === undefined ? [] : [[PREFERENCES_KEY, text]]);
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value);
    },
  };
}

it('people arrive with microphone and camera on and without a name the first time', () => {
  expect(new Preferences(() => storageWith()).value).toEqual({
    name: '',
    microphone: undefined,
    camera: undefined,
    speaker: undefined,
    isMicrophoneOn: true,
    isCameraOn: true,
  });
});

it('what was chosen is there the next time', () => {
  const storage = storageWith();
  new Preferences(() => storage).update({ name: 'Maria', camera: 'cam-b', isCameraOn: false });
  expect(new Preferences(() => storage).value).toMatchObject({
    name: 'Maria',
    camera: 'cam-b',
    isCameraOn: false,
    isMicrophoneOn: true,
  });
});

it.each(['', '{', 'null', '7', '[]', '"Maria"', '{"name":7,"camera":{},"isCameraOn":"no"}'])(
  'spoilt storage (%s) costs the memory only',
  (text) => {
    expect(new Preferences(() => storageWith(text)).value).toEqual(
      new Preferences(() => storageWith()).value,
    );
  },
);

it('takes no text from storage that is longer than anything kept there', () => {
  const text = JSON.stringify({ name: 'x'.repeat(10_000) });
  expect(new Preferences(() => storageWith(text)).value.name).toBe('');
});

it('blocked storage costs the memory only after the page is closed', () => {
  const preferences = new Preferences(() => {
    throw new Error('SecurityError');
  });
  preferences.update({ name: 'Maria' });
  expect(preferences.value.name).toBe('Maria');
});
