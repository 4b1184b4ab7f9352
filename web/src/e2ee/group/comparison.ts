import { concat, equalBytes, randomBytes, sha256, type Bytes } from '../../protocol/bytes';
import { hkdf } from '../../protocol/derivation';
import { ED25519_KEY_BYTES } from '../../protocol/signing';
import { statement } from '../../protocol/statements';
import { parsed, Reader } from './wire';

const NONCE_BYTES = 32;
const EMOJI = 7;
const BITS = 6;

const PHASES = { commitment: 1, answer: 2, opening: 3 } as const;

type Phase = (typeof PHASES)[keyof typeof PHASES];

/** The other one opened something else than what they had committed to. */
export class ComparisonError extends Error {
  override readonly name = 'ComparisonError';
}

/** What two people need to compare. */
export interface Pair {
  readonly groupId: Bytes;
  readonly own: Bytes;
  readonly other: Bytes;
}

/** A step of a comparison: what to send, and what to show. */
export interface ComparisonStep {
  /** The body of a message of type `comparison` to send. */
  readonly send?: Bytes;
  /** Seven numbers below 64, each an emoji; both see the same ones. */
  readonly emoji?: readonly number[];
}

/**
 * Two people compare seven emoji. They are bound to both leaf keys and to a number of each one that
 * the other could not choose its own by: whoever begins commits to theirs before they see the other's.
 */
export class Comparison {
  readonly #pair: Pair;
  readonly #nonce: Bytes;
  #phase: 'idle' | 'committed' | 'answered' | 'over' = 'idle';
  #commitment: Bytes | undefined;

  constructor(pair: Pair, nonce: Bytes = randomBytes(NONCE_BYTES)) {
    this.#pair = pair;
    this.#nonce = nonce;
  }

  /** Begins. */
  async begin(): Promise<ComparisonStep> {
    if (this.#phase !== 'idle') {
      throw new ComparisonError('A comparison is begun once.');
    }
    this.#phase = 'committed';
    const { groupId, own, other } = this.#pair;
    const commitment = await commitmentOf(groupId, own, other, this.#nonce);
    return { send: encodeStep(PHASES.commitment, other, commitment) };
  }

  /**
   * Takes what the other one sent; what is not for this comparison changes nothing.
   *
   * @throws ComparisonError - begin a new one, and tell people.
   */
  async take(body: Bytes): Promise<ComparisonStep> {
    const step = parseStep(body);
    if (step === undefined || !equalBytes(step.to, this.#pair.own)) {
      return {};
    }
    if (step.phase === PHASES.commitment && this.#phase === 'idle') {
      this.#phase = 'answered';
      this.#commitment = step.bytes;
      return { send: encodeStep(PHASES.answer, this.#pair.other, this.#nonce) };
    }
    if (step.phase === PHASES.answer && this.#phase === 'committed') {
      this.#phase = 'over';
      const send = encodeStep(PHASES.opening, this.#pair.other, this.#nonce);
      return { send, emoji: await this.#emoji(true, step.bytes) };
    }
    if (step.phase === PHASES.opening && this.#phase === 'answered') {
      return this.#open(step.bytes);
    }
    return {};
  }

  async #open(nonce: Bytes): Promise<ComparisonStep> {
    this.#phase = 'over';
    const { groupId, own, other } = this.#pair;
    const expected = await commitmentOf(groupId, other, own, nonce);
    if (this.#commitment === undefined || !equalBytes(this.#commitment, expected)) {
      throw new ComparisonError('Not what was committed to.');
    }
    return { emoji: await this.#emoji(false, nonce) };
  }

  async #emoji(hasBegun: boolean, theirs: Bytes): Promise<number[]> {
    const { groupId, own, other } = this.#pair;
    const sides = hasBegun ? [own, other, this.#nonce, theirs] : [other, own, theirs, this.#nonce];
    const mixed = await sha256(statement('folkmoot v1 comparison', [groupId, ...sides]));
    const bytes = await hkdf(mixed, 'folkmoot v1 comparison emoji', 6);
    const bits = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 6n;
    return Array.from({ length: EMOJI }, (_, at) =>
      Number((bits >> BigInt(BITS * (EMOJI - 1 - at))) & 63n),
    );
  }
}

function commitmentOf(groupId: Bytes, from: Bytes, to: Bytes, nonce: Bytes): Promise<Bytes> {
  return sha256(statement('folkmoot v1 comparison commitment', [groupId, from, to, nonce]));
}

function encodeStep(phase: Phase, to: Bytes, bytes: Bytes): Bytes {
  return concat(Uint8Array.of(phase), to, bytes);
}

function parseStep(
  body: Bytes,
): { readonly phase: number; readonly to: Bytes; readonly bytes: Bytes } | undefined {
  return parsed(() => {
    const reader = new Reader(body);
    const step = {
      phase: reader.uint8(),
      to: reader.take(ED25519_KEY_BYTES),
      bytes: reader.take(NONCE_BYTES),
    };
    reader.end();
    return step;
  });
}
