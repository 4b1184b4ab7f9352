import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Tap, type TappedTrack } from './hostile_tap';
import { Server } from './server';

const LAUNCHER = fileURLToPath(new URL('../../../tools/hostile_engine.py', import.meta.url));
const PATIENCE_MS = 10_000;

/** The tracks of somebody, as the server names them, by kind and in the order in which they came. */
export interface Publisher {
  readonly audio: readonly [string, ...string[]];
  readonly video: readonly [string, ...string[]];
}

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

  /** What so many people publish, in the order in which they came. */
  async publishers(count: number): Promise<readonly Publisher[]> {
    await this.#until(
      () => publishersIn(this.tap.tracks).length >= count,
      `sound and pictures of ${String(count)}`,
    );
    return publishersIn(this.tap.tracks);
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

function publishersIn(tracks: readonly TappedTrack[]): readonly Publisher[] {
  const people = [...new Set(tracks.map(({ from }) => from))];
  return people.flatMap((person) => {
    const [audio, video] = (['audio', 'video'] as const).map((media) => [
      ...new Set(
        tracks.filter((one) => one.from === person && one.media === media).map(({ track }) => track),
      ),
    ]);
    const [sound, ...sounds] = audio ?? [];
    const [picture, ...pictures] = video ?? [];
    return sound === undefined || picture === undefined
      ? []
      : [{ audio: [sound, ...sounds], video: [picture, ...pictures] }];
  });
}
