import { randomBytes } from 'node:crypto';

import type { Page } from '@playwright/test';

import { ANA, SAMUEL, type Appearance } from '../harness/media';
import { Person } from '../harness/person';
import { CHANNEL, markFrames, tellKeys, throughDoor, type Marks } from './overhearing';
import { note, told } from './told';

/** Long enough that no frame ends like this by chance. */
const MARK_BYTES = 24;

const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

export type Whose = 'samuel' | 'ana' | 'li';

const LOOKS: Readonly<Record<Whose, Appearance>> = {
  samuel: SAMUEL,
  ana: ANA,
  li: { picture: 'film', voice: 'ana' },
};

/** A word that is nowhere in the world, and in no encoding the same as in ASCII alone. */
export function word(): string {
  const letters = Array.from(randomBytes(18), (byte) => String.fromCharCode(97 + (byte % 26)));
  return `${letters.join('')}ö`;
}

/** Plants a text, and answers it. */
export function planted(kind: string, whose: string, text: string): string {
  note({ kind, whose, text });
  return text;
}

interface Marked {
  readonly whose: Whose;
  readonly sound: string;
  readonly picture: string;
}

/** The people of one meeting, with marks of their own in every frame that they send. */
export class Clients {
  readonly #marked: readonly Marked[];
  /** How many frames of each mark were opened somewhere else, by mark. */
  readonly #arrived = new Map<string, number>();

  constructor(people: readonly Whose[]) {
    this.#marked = people.map((whose) => ({ whose, sound: mark('sound', whose), picture: mark('picture', whose) }));
  }

  /** Brings somebody in a browser of their own, with an address of their own. */
  async arrive(whose: Whose): Promise<Person> {
    const [web, media] = told.doors[whose] ?? [0, 0];
    const origin = new URL(told.url);
    const agent = planted('user agent', whose, `Canary/${randomBytes(12).toString('hex')}`);
    const person = await Person.arrive(
      origin.origin,
      LOOKS[whose],
      { userAgent: `${AGENT} ${agent}`, viewport: { width: 1024, height: 640 } },
      [`--host-resolver-rules=MAP localhost:${origin.port} 127.0.0.1:${String(web)}`],
    );
    const { page } = person;
    await page.exposeFunction('canaryHears', (what: Heard) => {
      this.#hear(whose, what);
    });
    await page.addInitScript(tellKeys, CHANNEL);
    await page.addInitScript(throughDoor, [CHANNEL, told.media, media] as const);
    await this.#prepareWorkers(page, whose);
    noteTickets(page, whose);
    return person;
  }

  /** Whether sound and picture of everybody came out at somebody else's, so many times at least. */
  haveArrived(people: readonly Whose[], times: number): boolean {
    return this.#marked
      .filter(({ whose }) => people.includes(whose))
      .every(({ sound, picture }) =>
        [sound, picture].every((one) => (this.#arrived.get(one) ?? 0) >= times),
      );
  }

  /** Counts anew from here. */
  forgetArrivals(): void {
    this.#arrived.clear();
  }

  async #prepareWorkers(page: Page, whose: Whose): Promise<void> {
    const { sound = '', picture = '' } = this.#marked.find((each) => each.whose === whose) ?? {};
    const all = this.#marked.flatMap((each) => [each.sound, each.picture]);
    const marks: Marks = { sound, picture, all };
    const keys = `(${String(tellKeys)})(${JSON.stringify(CHANNEL)});`;
    const frames = `(${String(markFrames)})(${JSON.stringify([CHANNEL, marks])});`;
    await page.route(/\/assets\/(frame|mls)_worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      const before = route.request().url().includes('frame_worker') ? keys + frames : keys;
      await route.fulfill({ response, body: `${before}\n${await response.text()}` });
    });
  }

  #hear(whose: Whose, what: Heard): void {
    if (what.kind !== 'arrived') {
      note({ kind: what.kind, whose, hex: what.hex });
      return;
    }
    for (const [one, count] of what.counts) {
      this.#arrived.set(one, count + (this.#arrived.get(one) ?? 0));
    }
  }
}

type Key =
  | 'private key of a device'
  | 'secret of an epoch'
  | 'key of the group'
  | 'key of sound or picture'
  | 'key that follows from the link';

type Heard =
  | { readonly kind: 'arrived'; readonly counts: readonly (readonly [string, number])[] }
  | { readonly kind: Key; readonly hex: string };

function mark(kind: 'sound' | 'picture', whose: Whose): string {
  const hex = randomBytes(MARK_BYTES).toString('hex');
  note({ kind, whose, hex });
  return hex;
}

/** What opens the doors; the end of one is its signature. */
function noteTickets(page: Page, whose: Whose): void {
  page.on('response', (response) => {
    if (!response.url().endsWith('/admissions') || response.status() !== 200) {
      return;
    }
    void response.json().then((answer: { ticket: string; group_ticket: string }) => {
      for (const ticket of [answer.ticket, answer.group_ticket]) {
        planted('ticket', whose, ticket.split('.')[2] ?? '');
      }
    }, () => undefined);
  });
}
