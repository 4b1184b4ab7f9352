import { expect, type Page } from '@playwright/test';

import type { ReceiveFault } from '../../src/e2ee/frames/frame_faults';
import { SLOTS, type SlotName } from '../../src/e2ee/frames/slot';
import { reportOf } from './hostile_looks';

/** Something of somebody, as `Samuel camera`. */
export type Track = `${string} ${SlotName}`;

/** What is on its way, or in a buffer. */
const ON_ITS_WAY_MS = 1_000;
/** How long nothing must come for it to be nothing. */
const NOTHING_MS = 1_500;

/** Watches what one page opens of whom. */
export class Watch {
  readonly #page: Page;
  readonly #names: ReadonlyMap<string, string>;

  /** @param names - of people, by their identities. */
  constructor(page: Page, names: ReadonlyMap<string, string>) {
    this.#page = page;
    this.#names = names;
  }

  /** The only one of whom something comes. */
  static async onlyOther(page: Page): Promise<string> {
    const { received } = await reportOf(page);
    const [identity, ...more] = new Set(received.map((one) => one.identity));
    if (identity === undefined || more.length > 0) {
      throw new Error('There is nobody, or there are several.');
    }
    return identity;
  }

  /** How many frames were refused for this. */
  async refused(why: ReceiveFault): Promise<number> {
    return (await reportOf(this.#page)).notReceived[why];
  }

  /** Frames of these are opened, more and more. */
  async expectMore(tracks: readonly Track[]): Promise<void> {
    const before = await this.#opened();
    for (const track of tracks) {
      await expect
        .poll(async () => (await this.#opened()).get(track) ?? 0, { message: track })
        .toBeGreaterThan((before.get(track) ?? 0) + 5);
    }
  }

  /** Frames of these come, and are refused for this; nothing of them is opened. */
  async expectNothing(tracks: readonly Track[], why: ReceiveFault): Promise<void> {
    await this.#page.waitForTimeout(ON_ITS_WAY_MS);
    const [before, refused] = [await this.#opened(), await this.refused(why)];
    await this.#page.waitForTimeout(NOTHING_MS);
    const after = await this.#opened();
    for (const track of tracks) {
      expect(after.get(track), track).toBe(before.get(track));
      expect(after.get(track), `${track} came before`).toBeGreaterThan(0);
    }
    expect(await this.refused(why), why).toBeGreaterThan(refused + 10);
  }

  async #opened(): Promise<ReadonlyMap<string, number>> {
    const { received } = await reportOf(this.#page);
    return new Map(
      received.map(({ identity, slot, frames }) => {
        const name = this.#names.get(identity) ?? identity;
        return [`${name} ${SLOTS[slot]}`, frames];
      }),
    );
  }
}
