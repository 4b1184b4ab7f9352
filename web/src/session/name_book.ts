import { parseBase64url } from '../protocol/bytes';
import type { MeetingKeys } from '../protocol/derivation';
import { openName } from '../protocol/sealing';

interface Entry {
  readonly sealed: string;
  readonly name: string | undefined;
}

// A sealed name is 427 characters; whatever is longer isn't one.
const MAX_SEALED_CHARS = 512;

/** Opens the names that participants brought along, each once. */
export class NameBook {
  readonly #keys: MeetingKeys;
  readonly #onOpened: () => void;
  readonly #entries = new Map<string, Entry>();

  /**
   * @param keys - the meeting's.
   * @param onOpened - called when `nameOf` would answer something new.
   */
  constructor(keys: MeetingKeys, onOpened: () => void) {
    this.#keys = keys;
    this.#onOpened = onOpened;
  }

  /** The name of an identity, once it is opened; undefined too for what this meeting's key doesn't open. */
  nameOf(identity: string, sealed: string | undefined): string | undefined {
    if (sealed === undefined || sealed.length > MAX_SEALED_CHARS) {
      this.#entries.delete(identity);
      return undefined;
    }
    const entry = this.#entries.get(identity);
    if (entry?.sealed === sealed) {
      return entry.name;
    }
    // Until the new one is open, the old name is nearer to the truth than none.
    this.#entries.set(identity, { sealed, name: entry?.name });
    void this.#open(identity, sealed);
    return entry?.name;
  }

  /** Forgets everybody who isn't there any more. */
  keepOnly(identities: ReadonlySet<string>): void {
    for (const identity of [...this.#entries.keys()]) {
      if (!identities.has(identity)) {
        this.#entries.delete(identity);
      }
    }
  }

  async #open(identity: string, sealed: string): Promise<void> {
    const bytes = parseBase64url(sealed);
    const name =
      bytes === undefined
        ? undefined
        : await openName(this.#keys, identity, bytes).catch(() => undefined);
    if (this.#entries.get(identity)?.sealed === sealed) {
      this.#entries.set(identity, { sealed, name });
      this.#onOpened();
    }
  }
}
