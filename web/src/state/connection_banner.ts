import { Subject, type Observable } from '../observable/observable';
import type { Connection } from '../session/call';
import type { Clock } from '../observable/clock';

/** Shorter trouble than this nobody needs to hear of. */
export const PATIENCE_MS = 2_000;
/** How long it is said that all is well again. */
export const RELIEF_MS = 4_000;

/** What is said about the connection. */
export type Banner =
  | { readonly kind: 'none' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'trouble'; readonly seconds: number }
  | { readonly kind: 'back' };

/** Says when the connection is in trouble, for how long, and that it is over. */
export class ConnectionBanner {
  readonly #banner = new Subject<Banner>({ kind: 'none' });
  readonly #clock: Clock;
  readonly #stop: () => void;
  #sinceMs: number | undefined;
  #cancel: () => void = () => undefined;

  constructor(connection: Observable<Connection>, clock: Clock) {
    this.#clock = clock;
    this.#stop = connection.subscribe(({ kind }) => {
      this.#follow(kind);
    });
  }

  get banner(): Observable<Banner> {
    return this.#banner;
  }

  close(): void {
    this.#stop();
    this.#cancel();
  }

  #follow(kind: Connection['kind']): void {
    if (kind === 'trouble') {
      if (this.#sinceMs === undefined) {
        this.#cancel();
        this.#sinceMs = this.#clock.now();
        this.#cancel = this.#clock.after(PATIENCE_MS, this.#tick);
      }
      return;
    }
    const wasTrouble = this.#banner.value.kind === 'trouble';
    this.#sinceMs = undefined;
    this.#cancel();
    this.#banner.set(kind === 'joining' ? { kind: 'joining' } : { kind: 'none' });
    if (kind === 'connected' && wasTrouble) {
      this.#banner.set({ kind: 'back' });
      this.#cancel = this.#clock.after(RELIEF_MS, () => {
        this.#banner.set({ kind: 'none' });
      });
    }
  }

  readonly #tick = (): void => {
    const seconds = Math.floor((this.#clock.now() - (this.#sinceMs ?? 0)) / 1_000);
    this.#banner.set({ kind: 'trouble', seconds });
    this.#cancel = this.#clock.after(1_000, this.#tick);
  };
}
