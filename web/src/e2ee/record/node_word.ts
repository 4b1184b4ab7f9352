import type { Node } from '../../protocol/api';
import { equalBytes, type Bytes } from '../../protocol/bytes';
import { statement } from '../../protocol/statements';
import { Verifier } from '../group/verification';
import { encodeUint64 } from '../group/wire';

/** A server's word that it stops. */
export interface Drain {
  readonly nodeKey: Bytes;
  readonly run: Bytes;
  /** Milliseconds since 1970, by the server's clock. */
  readonly atMs: number;
  readonly signature: Bytes;
}

/** What a node signs when it stops. */
export function drainStatement({ key, run }: Node, atMs: number): Bytes {
  return statement('folkmoot v1 drain', [key, run, encodeUint64(atMs)]);
}

/**
 * Knows a server by the key that it named first, over TLS, and checks what it signs: another key is another
 * server, and the word of an earlier life of its process explains nothing now.
 */
export class NodeWord {
  readonly #key: Bytes;
  readonly #verifier = new Verifier();
  #run: Bytes;

  constructor({ key, run }: Node) {
    this.#key = key;
    this.#run = run;
  }

  /** This device was admitted once more, perhaps after a restart. */
  admitted({ key, run }: Node): void {
    if (equalBytes(key, this.#key)) this.#run = run;
  }

  /** The word, if the node of now has signed it. */
  async check(atMs: number, signature: Bytes): Promise<Drain | undefined> {
    const run = this.#run;
    const bytes = drainStatement({ key: this.#key, run }, atMs);
    const isSigned = await this.#verifier.verify(this.#key, bytes, signature);
    return isSigned ? { nodeKey: this.#key, run, atMs, signature } : undefined;
  }
}
