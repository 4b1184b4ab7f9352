import type { PreferenceStorage } from './preferences';
import { CORNERS, type Corner } from './self_corner';
import type { View } from './tiles';

/** How somebody likes to have their calls. No meeting, link or person is in it. */
export interface CallTaste {
  readonly view: View;
  readonly isSelfHidden: boolean;
  readonly corner: Corner;
  /** Whether keys like M and V do something; people who dictate or have a tremor turn them off. */
  readonly areSingleKeysOn: boolean;
}

export const CALL_PREFERENCES_KEY = 'folkmoot.call';

const DEFAULTS: CallTaste = {
  view: 'grid',
  isSelfHidden: false,
  corner: 'bottom-right',
  areSingleKeysOn: true,
};

/** Remembers how calls are shown. Storage that is full, blocked or spoilt costs the memory only. */
export class CallPreferences {
  readonly #openStorage: () => PreferenceStorage;
  #value: CallTaste;

  /** @param openStorage - a function, as touching `localStorage` throws where it is blocked. */
  constructor(openStorage: () => PreferenceStorage) {
    this.#openStorage = openStorage;
    this.#value = this.#load();
  }

  get value(): CallTaste {
    return this.#value;
  }

  update(change: Partial<CallTaste>): void {
    this.#value = { ...this.#value, ...change };
    try {
      this.#openStorage().setItem(CALL_PREFERENCES_KEY, JSON.stringify(this.#value));
    } catch {
      // Full or blocked: it lasts until the page is closed.
    }
  }

  #load(): CallTaste {
    try {
      return tasteIn(JSON.parse(this.#openStorage().getItem(CALL_PREFERENCES_KEY) ?? '{}'));
    } catch {
      return DEFAULTS;
    }
  }
}

function tasteIn(stored: unknown): CallTaste {
  const fields = new Map(
    typeof stored === 'object' && stored !== null ? Object.entries(stored) : [],
  );
  return {
    view: fields.get('view') === 'speaker' ? 'speaker' : 'grid',
    isSelfHidden: fields.get('isSelfHidden') === true,
    corner: CORNERS.find((corner) => corner === fields.get('corner')) ?? DEFAULTS.corner,
    areSingleKeysOn: fields.get('areSingleKeysOn') !== false,
  };
}
