import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Tap, type TappedTrack } from './hostile_tap';
import { Server } from './server';

const LAUNCHER = fileURLToPath(new URL('../../../tools/hostile_engine.py', import.meta.url));
const PATIENCE_MS = 10_000;

/** A Folkmoot server whose media engine writes down what it forwards, and does what it is told. */
export class HostileServer {
  readonly server: Server;
  readonly tap: Tap;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.server = server;
    this.#folder = folder;
    this.tap = new Tap(tapIn(folder));
  }

  /** @param settings - by their names in the environment, without `FOLKMOOT_`. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<HostileServer> {
    const folder = mkdtempSync(join(tmpdir(), 'folkmoot-hostile-'));
    const environment = { HOSTILE_TAP: tapIn(folder), HOSTILE_RULES: rulesIn(folder) };
    const server = await Server.start(settings, { arguments: [LAUNCHER], environment });
    return new HostileServer(server, folder);
  }

  get url(): string {
    return this.server.url;
  }

  /** Does this to what it forwards, from when the promise resolves on: lines as in `rules.rs`. */
  async doThis(...rules: readonly string[]): Promise<void> {
    const text = rules.map((rule) => `${rule}\n`).join('');
    writeFileSync(rulesIn(this.#folder), text);
    await this.#until(() => this.tap.rules === text, `these rules to hold: ${text}`);
  }

  /** Is an honest server again. */
  async behave(): Promise<void> {
    await this.doThis();
  }

  /** The tracks of a kind that nobody knew of before; waits for so many. */
  async newTracks(
    before: readonly TappedTrack[],
    media: TappedTrack['media'],
    count = 1,
  ): Promise<readonly string[]> {
    const known = new Set(before.map(({ track }) => track));
    const found = (): string[] => {
      const fresh = this.tap.tracks.filter((one) => one.media === media && !known.has(one.track));
      return [...new Set(fresh.map(({ track }) => track))];
    };
    await this.#until(() => found().length >= count, `${String(count)} more of ${media}`);
    return found();
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds()) {
      if (Date.now() > deadline) {
        throw new Error(`Waited in vain for ${what}\n${this.server.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      this.tap.read();
    }
  }
}

function tapIn(folder: string): string {
  return join(folder, 'tap.bin');
}

function rulesIn(folder: string): string {
  return join(folder, 'rules.txt');
}
