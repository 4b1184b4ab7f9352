import type { Size } from './room_port';

// Layouts settle within some frames; the server needs only the outcome.
const SETTLE_MS = 200;

/** Tells the server how large videos are shown: the latest size, some time after the first change. */
export class ShownSizes {
  readonly #apply: (publicationId: string, size: Size | undefined) => void;
  readonly #sizes = new Map<string, Size | undefined>();
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apply: (publicationId: string, size: Size | undefined) => void) {
    this.#apply = apply;
  }

  /** Notes a size; undefined means that it isn't shown at all. */
  set(publicationId: string, size: Size | undefined): void {
    this.#sizes.set(publicationId, size === undefined ? undefined : wholePixels(size));
    this.#changed.add(publicationId);
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, SETTLE_MS);
  }

  /** Says again what is known of a publication, because the server could not know it yet. */
  repeat(publicationId: string): void {
    if (this.#sizes.has(publicationId)) {
      this.#apply(publicationId, this.#sizes.get(publicationId));
    }
  }

  /** Forgets a publication that is gone. */
  forget(publicationId: string): void {
    this.#sizes.delete(publicationId);
    this.#changed.delete(publicationId);
  }

  /** Says nothing any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const publicationId of changed) {
      this.#apply(publicationId, this.#sizes.get(publicationId));
    }
  }
}

function wholePixels({ width, height }: Size): Size {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}
