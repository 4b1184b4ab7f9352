/**
 * Puts the app together, as far as the first page needs it: this folder knows every part. What a
 * meeting needs is loaded when there is one (`meeting.ts`), what a call needs while people look at
 * the page before it (`call.ts`).
 */
import { parseLink } from '../protocol/link';
import type { InvitationLink, OpenedMeeting } from './meeting';
import { RefusalError, type LinkReading, type Parts } from '../state/app';
import type { CallModel } from '../state/call';
import type { PreJoinModel } from '../state/prejoin';
import type { Surroundings } from './surroundings';

/** The real parts of the app. */
export class BrowserParts implements Parts<InvitationLink, OpenedMeeting, PreJoinModel, CallModel> {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  readLink(text: string): LinkReading<InvitationLink> {
    const reading = parseLink(text, this.#surroundings.origin);
    switch (reading.kind) {
      case 'none':
        return { kind: 'none' };
      case 'meeting':
      case 'host':
        return { kind: 'meeting', link: reading };
      case 'other-server':
        return { kind: 'fault', fault: { kind: 'other-server', origin: reading.origin } };
      case 'cut':
      case 'padded':
      case 'garbled':
      case 'needs-passcode':
      case 'unknown-version':
        return { kind: 'fault', fault: { kind: reading.kind } };
    }
  }

  async makeMeeting(title: string): Promise<InvitationLink> {
    const meeting = await loaded(import('./meeting'));
    return meeting.makeHere(this.#surroundings, title);
  }

  async openMeeting(link: InvitationLink): Promise<OpenedMeeting> {
    const meeting = await loaded(import('./meeting'));
    return meeting.openHere(this.#surroundings, link);
  }

  async preparePreJoin(
    open: OpenedMeeting,
    join: (name: string) => Promise<void>,
  ): Promise<PreJoinModel> {
    // Begun now, so that it is there when somebody clicks Join.
    loadCall().then(
      ([, { prepareWorkers }]) => {
        prepareWorkers();
      },
      () => undefined,
    );
    const meeting = await loaded(import('./meeting'));
    return meeting.preJoinOf(this.#surroundings, open, join);
  }

  async join(open: OpenedMeeting, preJoin: PreJoinModel, name: string): Promise<CallModel> {
    const [call, encryption] = await loaded(loadCall());
    return call.joinHere({ around: this.#surroundings, open, encryption }, preJoin.devices, name);
  }

  closePreJoin(preJoin: PreJoinModel): void {
    preJoin.devices.close();
    loadCall().then(
      ([, { dismissWorkers }]) => {
        dismissWorkers();
      },
      () => undefined,
    );
  }

  async forgetMeeting(link: InvitationLink): Promise<void> {
    const meeting = await loaded(import('./meeting'));
    await meeting.forgetHere(link);
  }

  now(): number {
    return performance.now();
  }
}

/** The transport and the screen, and what encrypts; there is no call without the one or the other. */
function loadCall(): Promise<[typeof import('./call'), typeof import('./encryption')]> {
  return Promise.all([import('./call'), import('./encryption')]);
}

/** A part that does not load is a server that does not answer. */
async function loaded<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch {
    throw new RefusalError({ kind: 'unreachable' });
  }
}
