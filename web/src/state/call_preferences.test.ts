import { describe, expect, it } from 'vitest';

import { CALL_PREFERENCES_KEY, CallPreferences } from './call_preferences';

function storage(initial?: string) {
  const kept = new Map(initial === undefined ? [] : [[CALL_PREFERENCES_KEY, initial]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('what a browser remembers of how calls are shown', () => {
  it('comes back in the next call', () => {
    const kept = storage();
    new CallPreferences(() => kept).update({ view: 'speaker', corner: 'top-left' });
    const { value } = new CallPreferences(() => kept);
    expect(value).toEqual({
      view: 'speaker',
      isSelfHidden: false,
      corner: 'top-left',
      areSingleKeysOn: true,
    });
  });

  it('is the default where the storage is spoilt, blocked or full', () => {
    const blocked = (): never => {
      throw new Error('blocked');
    };
    const spoilt = ['{', 'null', '7', '{"view":3,"corner":"middle","isSelfHidden":"yes"}'];
    const all = [...spoilt.map((text) => new CallPreferences(() => storage(text)))];
    for (const preferences of [...all, new CallPreferences(blocked)]) {
      expect(preferences.value.corner).toBe('bottom-right');
      expect(preferences.value.isSelfHidden).toBe(false);
      preferences.update({ isSelfHidden: true });
      expect(preferences.value.isSelfHidden).toBe(true);
    }
  });
});
