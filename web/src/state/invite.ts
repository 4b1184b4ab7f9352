import { Subject, type Observable } from '../observable/observable';
import type { Clock } from '../observable/clock';

/** How long *Copied* stays. */
export const COPIED_MS = 3_000;

/** What became of the last copy. A browser can refuse it; then the link has to be marked by hand. */
export type Copying = 'idle' | 'copied' | 'refused';

/** The part of `navigator.clipboard` that is used here; absent on insecure pages. */
export type ClipboardPort = Pick<Clipboard, 'writeText'>;

/** Copies a link and says whether it went well. */
export class CopyModel {
  readonly #clipboard: ClipboardPort | undefined;
  readonly #clock: Clock;
  readonly #copying = new Subject<Copying>('idle');
  #cancel: () => void = () => undefined;

  constructor(clipboard: ClipboardPort | undefined, clock: Clock) {
    this.#clipboard = clipboard;
    this.#clock = clock;
  }

  get copying(): Observable<Copying> {
    return this.#copying;
  }

  /** Resolves to whether it was copied. Never rejects. */
  async copy(text: string): Promise<boolean> {
    this.#cancel();
    const isCopied = await this.#write(text);
    this.#copying.set(isCopied ? 'copied' : 'refused');
    if (isCopied) {
      this.#cancel = this.#clock.after(COPIED_MS, () => {
        this.#copying.set('idle');
      });
    }
    return isCopied;
  }

  close(): void {
    this.#cancel();
  }

  async #write(text: string): Promise<boolean> {
    try {
      await this.#clipboard?.writeText(text);
      return this.#clipboard !== undefined;
    } catch {
      return false;
    }
  }
}

/** A file name that says which meeting it is for and that every system takes. */
export function hostFileName(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = Array.from(plain).slice(0, 40).join('');
  return `folkmoot-host${short === '' ? '' : `-${short.toLowerCase()}`}.txt`;
}
