import { shownName } from './people';

/**
 * What is known of somebody here. `new-key`: they have the name of somebody with whom was compared, and
 * another key, so they are somebody else or that person with another device.
 */
export type Acquaintance = 'new' | 'compared' | 'new-key';

/**
 * With whom people have compared in this meeting. Leaf keys are made for one meeting, and nothing of it
 * stays: this is forgotten with the page.
 */
export class KnownPeople {
  readonly #compared = new Set<string>();
  readonly #comparedNames = new Map<string, string>();

  /** These keys were compared, when their people had these names. */
  compared(identity: string, name: string | undefined): void {
    this.#compared.add(identity);
    const spelling = spellingOf(name);
    if (spelling !== undefined) {
      this.#comparedNames.set(spelling, identity);
    }
  }

  acquaintance(identity: string, name: string | undefined): Acquaintance {
    if (this.#compared.has(identity)) {
      return 'compared';
    }
    const spelling = spellingOf(name);
    return spelling !== undefined && this.#comparedNames.has(spelling) ? 'new-key' : 'new';
  }
}

/** Names that look the same are the same. */
function spellingOf(name: string | undefined): string | undefined {
  return shownName(name)?.normalize('NFKC').toLowerCase();
}
