import { Subject, type Observable } from '../observable/observable';
import type { RecordToSave } from './call_endings';
import type { Told } from './ending';
import type { MeetingFacts } from './meeting';

/** Why a link cannot be opened at all. */
export type LinkFault =
  | { readonly kind: 'cut' | 'padded' | 'garbled' | 'needs-passcode' | 'unknown-version' }
  | { readonly kind: 'other-server'; readonly origin: string };

/** Why the server did not do what was asked. */
export type Refusal =
  | { readonly kind: 'unreachable' | 'not-admitted' | 'host-mismatch' | 'failed' }
  /** This page, or this browser, cannot do what a meeting needs. */
  | { readonly kind: 'insecure' | 'old-browser' }
  | { readonly kind: 'too-many'; readonly retryAfterS: number }
  | { readonly kind: 'refused'; readonly message: string };

/** A meeting whose door has opened: this device holds its keys and a leaf key for it. */
export interface OpenMeeting {
  readonly facts: MeetingFacts;
}

/** What a text that may be a link turned out to be. */
export type LinkReading<Link> =
  | { readonly kind: 'meeting'; readonly link: Link }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly fault: LinkFault };

/** What this model needs from below; `compose.ts` brings the real ones. */
export interface Parts<Link, Open extends OpenMeeting, PreJoin, InCall extends LiveCall> {
  readLink(text: string): LinkReading<Link>;
  /** @throws RefusalError */
  makeMeeting(title: string): Promise<Link>;
  /** @throws RefusalError */
  openMeeting(link: Link): Promise<Open>;
  /** Makes the model of the page before the call; it calls `join` when asked to. */
  preparePreJoin(open: Open, join: (name: string) => Promise<void>): Promise<PreJoin>;
  /** Joins; resolves when the call's screen can be shown. @throws RefusalError */
  join(open: Open, preJoin: PreJoin, name: string): Promise<InCall>;
  closePreJoin(preJoin: PreJoin): void;
  /** Wipes what this device keeps of a meeting. */
  forgetMeeting(link: Link): Promise<void>;
  now(): number;
}

/** The part of a call that decides which screen is shown. */
export interface LiveCall {
  readonly ended: Observable<Told | undefined>;
  /** Notes what this device has seen, before the call is closed. */
  recordOf(told: Told): RecordToSave | undefined;
  close(): void;
}

/** What is on screen. */
export type Screen<PreJoin, InCall> =
  | { readonly kind: 'home' }
  | { readonly kind: 'start'; readonly isMaking: boolean; readonly refusal: Refusal | undefined }
  | { readonly kind: 'link-fault'; readonly fault: LinkFault }
  | { readonly kind: 'opening' }
  | { readonly kind: 'closed-door'; readonly refusal: Refusal }
  | { readonly kind: 'pre-join'; readonly model: PreJoin; readonly facts: MeetingFacts }
  | { readonly kind: 'call'; readonly model: InCall; readonly facts: MeetingFacts }
  | {
      readonly kind: 'ended';
      readonly told: Told;
      readonly lastedMs: number;
      readonly facts: MeetingFacts;
      readonly record: RecordToSave | undefined;
    }
  | { readonly kind: 'forgotten' };

/** The server said no, or said nothing. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind);
    this.refusal = refusal;
  }
}

/**
 * Which screen is shown, and how one leads to the next:
 * home → start → pre-join → call → ended, or home → opening → pre-join for those who have a link.
 *
 * The link of the current meeting is kept in memory only, for *rejoin* and *try again*.
 */
export class AppModel<Link, Open extends OpenMeeting, PreJoin, InCall extends LiveCall> {
  readonly #parts: Parts<Link, Open, PreJoin, InCall>;
  readonly #screen = new Subject<Screen<PreJoin, InCall>>({ kind: 'home' });
  #link: Link | undefined;
  // Whatever was begun before the screen changed is not shown any more when it is done.
  #turn = 0;

  constructor(parts: Parts<Link, Open, PreJoin, InCall>) {
    this.#parts = parts;
  }

  get screen(): Observable<Screen<PreJoin, InCall>> {
    return this.#screen;
  }

  /** Opens what stands in the address bar, or was typed. A call that runs is not disturbed. */
  async follow(text: string): Promise<void> {
    if (this.#screen.value.kind === 'call') {
      return;
    }
    const reading = this.#parts.readLink(text);
    switch (reading.kind) {
      case 'none':
        return;
      case 'fault':
        this.#show({ kind: 'link-fault', fault: reading.fault });
        return;
      case 'meeting':
        this.#link = reading.link;
        await this.#open(reading.link);
    }
  }

  /** Shows the first page and forgets the meeting. */
  goHome(): void {
    this.#link = undefined;
    this.#show({ kind: 'home' });
  }

  /** Wipes what this device keeps of the meeting that is over: its link, and the host's key. */
  async forget(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined) await this.#parts.forgetMeeting(link);
    this.#show({ kind: 'forgotten' });
  }

  /** Asks for the meeting's name. */
  start(): void {
    this.#show({ kind: 'start', isMaking: false, refusal: undefined });
  }

  /** Makes a meeting and goes to its door. */
  async make(title: string): Promise<void> {
    const turn = this.#show({ kind: 'start', isMaking: true, refusal: undefined });
    try {
      const link = await this.#parts.makeMeeting(title.trim());
      if (turn === this.#turn) {
        this.#link = link;
        await this.#open(link);
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#show({ kind: 'start', isMaking: false, refusal: refusalIn(error) });
      }
    }
  }

  /** Knocks again at the meeting that did not open, or that was left. */
  async again(): Promise<void> {
    if (this.#link === undefined) {
      this.goHome();
    } else {
      await this.#open(this.#link);
    }
  }

  async #open(link: Link): Promise<void> {
    const turn = this.#show({ kind: 'opening' });
    try {
      const open = await this.#parts.openMeeting(link);
      const joinAs = (name: string): Promise<void> => this.#join(open, name);
      const model = await this.#parts.preparePreJoin(open, joinAs);
      if (turn === this.#turn) {
        this.#show({ kind: 'pre-join', model, facts: open.facts });
      } else {
        this.#parts.closePreJoin(model);
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#show({ kind: 'closed-door', refusal: refusalIn(error) });
      }
    }
  }

  /** Rejects with what the pre-join page is to show. */
  async #join(open: Open, name: string): Promise<void> {
    const before = this.#screen.value;
    if (before.kind !== 'pre-join') {
      return;
    }
    const call = await this.#parts.join(open, before.model, name);
    if (this.#screen.value !== before) {
      call.close();
      return;
    }
    const beganMs = this.#parts.now();
    this.#turn += 1;
    this.#screen.set({ kind: 'call', model: call, facts: open.facts });
    const stop = call.ended.subscribe((told) => {
      if (told !== undefined) {
        queueMicrotask(() => {
          stop();
        });
        const lastedMs = this.#parts.now() - beganMs;
        const record = call.recordOf(told);
        this.#screen.set({ kind: 'ended', told, lastedMs, record, facts: open.facts });
        call.close();
      }
    });
  }

  /** Replaces the screen; the devices of a pre-join page that is left are let go. */
  #show(screen: Screen<PreJoin, InCall>): number {
    const before = this.#screen.value;
    if (before.kind === 'pre-join') {
      this.#parts.closePreJoin(before.model);
    }
    this.#turn += 1;
    this.#screen.set(screen);
    return this.#turn;
  }
}

function refusalIn(error: unknown): Refusal {
  return error instanceof RefusalError ? error.refusal : { kind: 'failed' };
}
