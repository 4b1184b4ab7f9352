/** What one browser remembers for the next meeting. No meeting, link or person is in it. */
export interface Preferred {
  /** The display name; empty until one was given. */
  readonly name: string;
  readonly microphone: string | undefined;
  readonly camera: string | undefined;
  readonly speaker: string | undefined;
  /** Whether someone likes to arrive with the microphone on. */
  readonly isMicrophoneOn: boolean;
  readonly isCameraOn: boolean;
}

/** The part of `localStorage` that is used here. */
export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export const PREFERENCES_KEY = 'folkmoot.preferences';

/** Longest text taken from storage: device ids are 64 characters, names 64 code points. */
const MAX_TEXT_CHARS = 256;

const NOTHING_YET: Preferred = {
  name: '',
  microphone: undefined,
  camera: undefined,
  speaker: undefined,
  isMicrophoneOn: true,
  isCameraOn: true,
};

/**
 * Remembers what someone chose. Storage that is full, blocked or spoilt costs the memory and nothing
 * else: within the page everything stays remembered.
 */
export class Preferences {
  readonly #openStorage: () => PreferenceStorage;
  #value: Preferred;

  /** @param openStorage - a function, as touching `localStorage` throws where it is blocked. */
  constructor(openStorage: () => PreferenceStorage) {
    this.#openStorage = openStorage;
    this.#value = this.#load();
  }

  get value(): Preferred {
    return this.#value;
  }

  update(change: Partial<Preferred>): void {
    this.#value = { ...this.#value, ...change };
    try {
      this.#openStorage().setItem(PREFERENCES_KEY, JSON.stringify(this.#value));
    } catch {
      // Full or blocked: it lasts until the page is closed.
    }
  }

  #load(): Preferred {
    try {
      return preferredIn(JSON.parse(this.#openStorage().getItem(PREFERENCES_KEY) ?? '{}'));
    } catch {
      return NOTHING_YET;
    }
  }
}

function preferredIn(stored: unknown): Preferred {
  const fields = typeof stored === 'object' && stored !== null ? new Map(Object.entries(stored)) : NONE;
  return {
    name: textIn(fields.get('name')) ?? '',
    microphone: textIn(fields.get('microphone')),
    camera: textIn(fields.get('camera')),
    speaker: textIn(fields.get('speaker')),
    isMicrophoneOn: fields.get('isMicrophoneOn') !== false,
    isCameraOn: fields.get('isCameraOn') !== false,
  };
}

const NONE: ReadonlyMap<string, unknown> = new Map();

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_CHARS
    ? value
    : undefined;
}
