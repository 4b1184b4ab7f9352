import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { Bytes } from '../../protocol/bytes';

const TARGET = process.env['CARGO_TARGET_DIR'] ?? '../../../../target';
const BINARY = fileURLToPath(new URL(`${TARGET}/debug/folkmoot-mls-peer`, import.meta.url));

/** What the peer makes of an entry. */
export type PeerReading =
  | {
      readonly kind: 'commit';
      readonly committer: number;
      readonly isExternal: boolean;
      readonly authenticatedData: Bytes;
      readonly isRemoved: boolean;
    }
  | { readonly kind: 'message'; readonly sender: number; readonly plain: Bytes }
  | { readonly kind: 'error'; readonly error: string };

/** Where the peer stands. */
export interface PeerView {
  readonly epoch: number;
  readonly index: number;
  readonly treeHash: Bytes;
  readonly epochAuthenticator: Bytes;
  readonly members: readonly { readonly index: number; readonly leafKey: Bytes }[];
}

export interface PeerCommit {
  readonly message: Bytes;
  readonly groupInfo: Bytes;
}

type Answer = Readonly<Record<string, unknown>>;

/** A member that runs on `mls-rs` (`crates/mls-peer`), in a process of its own. */
export class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  #last: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.#process = spawn(BINARY);
    this.#lines = createInterface({ input: this.#process.stdout });
  }

  /** @throws Error - it has not been built. */
  static start(): Peer {
    if (!existsSync(BINARY)) {
      throw new Error(
        `${BINARY} is missing. Build it: cargo build --package mls-peer (make test and make unit do).`,
      );
    }
    return new Peer();
  }

  key(): Promise<Bytes> {
    return this.#bytes({ do: 'key' });
  }

  sign(message: Bytes): Promise<Bytes> {
    return this.#bytes({ do: 'sign', message: hex(message) });
  }

  /** Joins by an external commit, which counts at once. */
  join(groupInfo: Bytes, credential: Bytes, authenticatedData: Bytes): Promise<PeerCommit> {
    return this.#commit({
      do: 'join',
      group_info: hex(groupInfo),
      credential: hex(credential),
      authenticated_data: hex(authenticatedData),
    });
  }

  /** Makes a commit, which counts when it is processed. Its GroupInfo comes afterwards. */
  async commit(authenticatedData: Bytes, remove: readonly number[] = []): Promise<Bytes> {
    const data = hex(authenticatedData);
    return bytes((await this.#ask({ do: 'commit', authenticated_data: data, remove }))['message']);
  }

  async process(message: Bytes): Promise<PeerReading> {
    const answer = await this.#answerTo({ do: 'process', message: hex(message) });
    switch (answer['kind']) {
      case 'commit':
        return {
          kind: 'commit',
          committer: Number(answer['committer']),
          isExternal: answer['is_external'] === true,
          authenticatedData: bytes(answer['authenticated_data']),
          isRemoved: answer['is_removed'] === true,
        };
      case 'message':
        return {
          kind: 'message',
          sender: Number(answer['sender']),
          plain: bytes(answer['plain']),
        };
      default:
        return { kind: 'error', error: JSON.stringify(answer) };
    }
  }

  seal(plain: Bytes): Promise<Bytes> {
    return this.#bytes({ do: 'seal', plain: hex(plain) });
  }

  groupInfo(): Promise<Bytes> {
    return this.#bytes({ do: 'group-info' });
  }

  async view(): Promise<PeerView> {
    const answer = await this.#ask({ do: 'view' });
    const members = answer['members'] as readonly { index: number; leaf_key: string }[];
    return {
      epoch: Number(answer['epoch']),
      index: Number(answer['index']),
      treeHash: bytes(answer['tree_hash']),
      epochAuthenticator: bytes(answer['epoch_authenticator']),
      members: members.map(({ index, leaf_key }) => ({ index, leafKey: bytes(leaf_key) })),
    };
  }

  exportKey(label: string, context: Bytes, length: number): Promise<Bytes> {
    return this.#bytes({ do: 'export', label, context: hex(context), length });
  }

  /** Its input ends, and so does it. */
  async stop(): Promise<void> {
    const ended = once(this.#process, 'close');
    this.#process.stdin.end();
    await ended;
  }

  async #bytes(request: Answer): Promise<Bytes> {
    return bytes((await this.#ask(request))['bytes']);
  }

  async #commit(request: Answer): Promise<PeerCommit> {
    const answer = await this.#ask(request);
    return { message: bytes(answer['message']), groupInfo: bytes(answer['group_info']) };
  }

  async #ask(request: Answer): Promise<Answer> {
    const answer = await this.#answerTo(request);
    if (typeof answer['error'] === 'string') {
      throw new Error(`The peer: ${answer['error']}`);
    }
    return answer;
  }

  #answerTo(request: Answer): Promise<Answer> {
    const answer = this.#last.then(async () => {
      const line = once(this.#lines, 'line') as Promise<[string]>;
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse((await line)[0]) as Answer;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

function hex(of: Bytes): string {
  return Buffer.from(of).toString('hex');
}

function bytes(answered: unknown): Bytes {
  if (typeof answered !== 'string') {
    throw new Error('The peer answered something else.');
  }
  return Uint8Array.from(Buffer.from(answered, 'hex'));
}
