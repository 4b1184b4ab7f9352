import type { Clock } from '../../observable/clock';
import { Subject, type Observable } from '../../observable/observable';

/** A worker that has not answered for so long is stuck, or dead. */
export const SILENCE_MS = 20_000;

/** A worker, as far as its failures are concerned. */
export interface FailingWorker {
  /** Calls back when it does not load (then without a message), or something in it throws. */
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void;
}

/**
 * Whether the worker that all frames go through works. Browsers say when one does not load, and nothing
 * when one dies later: then it does not answer any more.
 */
export class WorkerHealth {
  readonly #clock: Clock;
  readonly #isBroken = new Subject(false);
  readonly #firstBreak: Promise<void>;
  readonly #cancels = new Set<() => void>();
  #hasAnswered = false;

  /** @param onFault - it has a fault; it may go on all the same. */
  constructor(worker: FailingWorker, clock: Clock, onFault: (error: Error) => void) {
    this.#clock = clock;
    worker.addEventListener('error', ({ message = 'it does not load' }) => {
      onFault(new Error(`The worker of sound and pictures: ${message}`));
      // One that has loaded takes the next message; its next answer shows whether it does.
      if (!this.#hasAnswered) this.#isBroken.set(true);
    });
    this.#firstBreak = new Promise((resolve) => {
      this.#isBroken.subscribe((isBroken) => {
        if (isBroken) resolve();
      });
    });
  }

  /** Nothing is sent or played while it is true. */
  get isBroken(): Observable<boolean> {
    return this.#isBroken;
  }

  /** Passes on what the worker answers, and sees how long that takes. */
  async watch<T>(answer: Promise<T>): Promise<T> {
    const cancel = this.#clock.after(SILENCE_MS, () => {
      this.#cancels.delete(cancel);
      this.#isBroken.set(true);
    });
    this.#cancels.add(cancel);
    const value = await answer;
    cancel();
    this.#cancels.delete(cancel);
    this.#hasAnswered = true;
    // A machine that slept, or was too busy, has it late.
    this.#isBroken.set(false);
    return value;
  }

  /** Waits for something that the worker does, and not for one that breaks, or has ever broken. */
  async unlessBroken(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#firstBreak]);
  }

  /** Watches nothing any more. */
  close(): void {
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
  }
}
