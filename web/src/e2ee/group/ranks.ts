import type { GroupView } from './group_keys';

/** Since which epoch somebody is there, as far as this device knows. */
export class Presence {
  readonly #since = new Map<string, number>();

  /** Who is there now; who was there when this device came is older than who came later. */
  update({ epoch, roster }: GroupView): void {
    const here = new Set(roster.map(({ identity }) => identity));
    for (const identity of this.#since.keys()) {
      if (!here.has(identity)) {
        this.#since.delete(identity);
      }
    }
    for (const identity of here) {
      if (!this.#since.has(identity)) {
        this.#since.set(identity, epoch);
      }
    }
  }

  /** Who acts first: hosts, then who is there longest, then by leaf. 0 is the first. */
  rank({ roster, self }: GroupView): number {
    const since = (identity: string): number => this.#since.get(identity) ?? 0;
    const order = [...roster].sort(
      (one, other) =>
        Number(other.isHost) - Number(one.isHost) ||
        since(one.identity) - since(other.identity) ||
        one.index - other.index,
    );
    return order.findIndex(({ index }) => index === self.index);
  }
}
