import { Comparison, ComparisonError, type ComparisonStep } from '../e2ee/group/comparison';
import type { GroupView, Member, ReceivedMessage } from '../e2ee/group/group_keys';
import type { Bytes } from '../protocol/bytes';
import type { Clock } from '../observable/clock';
import { Subject, type Observable } from '../observable/observable';

/** How long the other one's device may take: it answers by itself. */
export const ANSWER_MS = 20_000;

/** Two people who compare seven pictures. */
export type Comparing =
  | { readonly kind: 'idle' }
  /** The devices exchange what the pictures are made of. */
  | { readonly kind: 'waiting'; readonly identity: string; readonly isOwn: boolean }
  /** Seven numbers below 64, each a picture. */
  | { readonly kind: 'showing'; readonly identity: string; readonly emoji: readonly number[] }
  | {
      readonly kind: 'failed';
      readonly identity: string;
      /** `broken`: the other device opened something else than what it had committed to. */
      readonly why: 'no-answer' | 'gone' | 'broken' | 'differs';
    };

interface Parts {
  readonly clock: Clock;
  readonly view: () => GroupView | undefined;
  /** False when too much waits to be sent. */
  readonly send: (body: Bytes) => boolean;
  /** Both people say that the pictures are the same. */
  readonly onSame: (identity: string) => void;
  /** A fault of this release's own. */
  readonly onFault: (error: unknown) => void;
}

/** Compares with one other person at a time. */
export class ComparingModel {
  readonly #parts: Parts;
  readonly #now = new Subject<Comparing>({ kind: 'idle' });
  #comparison: Comparison | undefined;
  #cancel: () => void = () => undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get now(): Observable<Comparing> {
    return this.#now;
  }

  /** Resolves when everything that was given is handled. */
  idle(): Promise<void> {
    return this.#queue;
  }

  /** Begins to compare with somebody. */
  begin(identity: string): void {
    this.#enqueue(async () => {
      const other = this.#parts.view()?.roster.find((member) => member.identity === identity);
      if (other === undefined || this.#isBusy) {
        return;
      }
      const comparison = this.#start(other, true);
      this.#carryOut(other, comparison && (await comparison.begin()));
    });
  }

  /** Takes a message of type `comparison`. */
  take(message: ReceivedMessage): void {
    this.#enqueue(() => this.#take(message));
  }

  /** What was to be said does not reach the other one. */
  unsent(): void {
    const now = this.#now.value;
    if (now.kind === 'waiting') {
      this.#end({ kind: 'failed', identity: now.identity, why: 'no-answer' });
    }
  }

  /** What the two people have found. */
  found(areSame: boolean): void {
    const now = this.#now.value;
    if (now.kind !== 'showing') {
      return;
    }
    if (areSame) {
      this.#parts.onSame(now.identity);
      this.#end({ kind: 'idle' });
    } else {
      this.#end({ kind: 'failed', identity: now.identity, why: 'differs' });
    }
  }

  /** Gives up, or has read what went wrong. */
  dismiss(): void {
    this.#end({ kind: 'idle' });
  }

  /** Who is there has changed. */
  keepOnly(identities: ReadonlySet<string>): void {
    const now = this.#now.value;
    if ((now.kind === 'waiting' || now.kind === 'showing') && !identities.has(now.identity)) {
      this.#end({ kind: 'failed', identity: now.identity, why: 'gone' });
    }
  }

  get #isBusy(): boolean {
    const { kind } = this.#now.value;
    return kind === 'waiting' || kind === 'showing';
  }

  async #take({ from, body }: ReceivedMessage): Promise<void> {
    const now = this.#now.value;
    const isWithThem = now.kind === 'waiting' && now.identity === from.identity;
    try {
      if (isWithThem && this.#comparison !== undefined) {
        const step = await this.#comparison.take(body);
        const hasMoved = step.send !== undefined || step.emoji !== undefined;
        if (hasMoved || !this.#yieldsTo(from)) {
          this.#carryOut(from, step);
          return;
        }
      } else if (this.#isBusy) {
        return;
      }
      await this.#answer(from, body);
    } catch (error) {
      if (!(error instanceof ComparisonError)) {
        throw error;
      }
      this.#end({ kind: 'failed', identity: from.identity, why: 'broken' });
    }
  }

  /** Two who begin at once: the one with the smaller identity has begun. */
  #yieldsTo(from: Member): boolean {
    const now = this.#now.value;
    const self = this.#parts.view()?.self.identity ?? '';
    return now.kind === 'waiting' && now.isOwn && from.identity < self;
  }

  /** Somebody begins: this device answers by itself, and the pictures come up. */
  async #answer(from: Member, body: Bytes): Promise<void> {
    const comparison = this.#made(from);
    const step = await comparison?.take(body);
    if (comparison !== undefined && step?.send !== undefined) {
      this.#start(from, false, comparison);
      this.#carryOut(from, step);
    }
  }

  #start(other: Member, isOwn: boolean, made = this.#made(other)): Comparison | undefined {
    this.#cancel();
    this.#comparison = made;
    this.#now.set({ kind: 'waiting', identity: other.identity, isOwn });
    this.#cancel = this.#parts.clock.after(ANSWER_MS, () => {
      this.#end({ kind: 'failed', identity: other.identity, why: 'no-answer' });
    });
    return made;
  }

  #made(other: Member): Comparison | undefined {
    const view = this.#parts.view();
    return view === undefined
      ? undefined
      : new Comparison({ groupId: view.groupId, own: view.self.leafKey, other: other.leafKey });
  }

  #carryOut(other: Member, step: ComparisonStep | undefined): void {
    if (step?.send !== undefined && !this.#parts.send(step.send)) {
      this.#end({ kind: 'failed', identity: other.identity, why: 'no-answer' });
    } else if (step?.emoji !== undefined) {
      this.#end({ kind: 'showing', identity: other.identity, emoji: step.emoji });
    }
  }

  #end(now: Comparing): void {
    this.#cancel();
    this.#comparison = undefined;
    this.#now.set(now);
  }

  #enqueue(act: () => Promise<void>): void {
    this.#queue = this.#queue.then(act).catch(this.#parts.onFault);
  }
}
