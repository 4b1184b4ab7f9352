import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const PYTHON = join(ROOT, '.venv/bin/python');
const START_MS = 20_000;

/** What is started, and what stands in its environment beside the settings. */
export interface Program {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const FOLKMOOT: Program = { arguments: ['-m', 'folkmoot'], environment: {} };

/** A Folkmoot server of the checkout, with the real media engine, on loopback. */
export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'folkmoot-e2e-'));
  readonly #settings: Readonly<Record<string, string>>;
  readonly #program: Program;
  #process: ChildProcess | undefined;
  #ports: Ports = { web: 0, media: 0, metrics: 0 };

  private constructor(settings: Readonly<Record<string, string>>, program: Program) {
    this.#settings = settings;
    this.#program = program;
  }

  /** @param settings - by their names in the environment, without `FOLKMOOT_`. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    program: Program = FOLKMOOT,
  ): Promise<Server> {
    const server = new Server(settings, program);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://localhost:${String(this.#ports.web)}`;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Everything that the server wrote, of all its lives. */
  get log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  /** The lines of the log that say that something went wrong. */
  get complaints(): readonly string[] {
    return this.log
      .split('\n')
      .filter((line) => /"level": "(warning|error|critical)"|Traceback/.test(line));
  }

  /** How much memory the process holds, in MiB. */
  get memoryMib(): number {
    const status = readFileSync(`/proc/${String(this.#process?.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
  }

  /** Starts, or starts again on the same ports with the same data. */
  async run(): Promise<void> {
    if (this.#ports.web === 0) {
      this.#ports = await freePorts();
    }
    const log = openSync(join(this.folder, 'server.log'), 'a');
    const flags = Object.entries(this.#ports).map(([name, port]) =>
      [name === 'web' ? '--port' : `--${name}-port`, String(port)],
    );
    this.#process = spawn(
      PYTHON,
      [...this.#program.arguments, 'serve', '--data', this.data, ...flags.flat()],
      { cwd: ROOT, env: this.#environment(), stdio: ['ignore', log, log] },
    );
    closeSync(log);
    await this.#untilReady();
  }

  /** Stops the process as a supervisor does, or without a word. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running?.exitCode === null) {
      const exited = new Promise((resolve) => running.once('exit', resolve));
      running.kill(signal);
      await exited;
    }
  }

  /** Stops and removes everything. */
  async close(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    // What is said to the stories is no setting of the server's.
    const around = Object.entries(process.env).filter(([name]) => !name.startsWith('FOLKMOOT_'));
    const settings = { DRAIN_S: '0', LOG_FORMAT: 'json', ...this.#settings };
    const named = Object.entries(settings).map(([name, value]) => [`FOLKMOOT_${name}`, value]);
    return {
      ...(Object.fromEntries([...around, ...named]) as NodeJS.ProcessEnv),
      PYTHONPATH: join(ROOT, 'src'),
      PYTHONUNBUFFERED: '1',
      ...this.#program.environment,
    };
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok === true) {
        return;
      }
      if (Date.now() > deadline || this.#process?.exitCode !== null) {
        throw new Error(`The server did not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

interface Ports {
  readonly web: number;
  readonly media: number;
  readonly metrics: number;
}

/** Ports that were free a moment ago; a restarted server needs the same ones again. */
async function freePorts(): Promise<Ports> {
  const { createServer } = await import('node:net');
  const free = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => {
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
    });
  const [web, media, metrics] = await Promise.all([free(), free(), free()]);
  return { web, media, metrics };
}
