import { appendFileSync } from 'node:fs';

/** What `tools/canary` says to the story. */
export interface Told {
  readonly url: string;
  /** Where it is asked to dump, back up and restart. */
  readonly control: string;
  /** The file that plants are noted in. */
  readonly notes: string;
  readonly kind: 'whole' | 'leaky';
  /** The server's port for media. */
  readonly media: number;
  /** Ports of each client's way to the server: for pages, and for media. */
  readonly doors: Readonly<Record<string, readonly [number, number]>>;
}

export const told = JSON.parse(process.env['FOLKMOOT_CANARY'] ?? '{}') as Told;

/** A value that nobody but the people of the meeting may have: a text, or bytes in hexadecimal. */
export interface Note {
  readonly kind: string;
  readonly whose: string;
  readonly text?: string;
  readonly hex?: string;
  /** How often it came out at the other side, opened. */
  readonly arrived?: number;
}

export function note(what: Note): void {
  appendFileSync(told.notes, `${JSON.stringify(what)}\n`);
}

/** Asks the canary for something, and waits until it is done. */
export async function ask(act: 'dump' | 'backup' | 'restart' | 'say', argument = ''): Promise<void> {
  const answer = await fetch(`${told.control}/${act}/${encodeURIComponent(argument)}`);
  if (!answer.ok) {
    throw new Error(`${act} ${argument}: ${await answer.text()}`);
  }
}
