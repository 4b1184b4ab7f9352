import { describe, expect, it } from 'vitest';

import { Subject } from '../observable/observable';
import type { RecordToSave } from './call_endings';
import type { Told } from './ending';
import { AppModel, RefusalError, type LiveCall, type OpenMeeting, type Parts } from './app';

const FACTS = {
  title: 'Thursday circle',
  link: 'https://moot.example/#v1.secret.host',
  isHost: false,
  hostLink: undefined,
  expiresAtMs: 0,
};

class FakeCall implements LiveCall {
  readonly ended = new Subject<Told | undefined>(undefined);
  isClosed = false;
  readonly record = { others: 0, cosigners: 0, write: () => Promise.resolve('') };
  recordOf(): RecordToSave | undefined {
    // What is closed has nothing to tell any more.
    return this.isClosed ? undefined : this.record;
  }
  close(): void {
    this.isClosed = true;
  }
}

interface FakePreJoin {
  readonly join: (name: string) => Promise<void>;
  isClosed: boolean;
}

/** A server that opens the link "good" and makes "made"; `now` is advanced by hand. */
class House implements Parts<string, OpenMeeting, FakePreJoin, FakeCall> {
  readonly call = new FakeCall();
  readonly knocked: string[] = [];
  refusal: RefusalError | undefined;
  nowMs = 1_000;
  preJoin: FakePreJoin | undefined;
  hold: Promise<void> = Promise.resolve();

  readLink(text: string): ReturnType<Parts<string, OpenMeeting, FakePreJoin, FakeCall>['readLink']> {
    if (text === '') return { kind: 'none' };
    return text === 'cut'
      ? { kind: 'fault', fault: { kind: 'cut' } }
      : { kind: 'meeting', link: text };
  }

  async makeMeeting(): Promise<string> {
    await this.hold;
    if (this.refusal) throw this.refusal;
    return 'made';
  }

  async openMeeting(link: string): Promise<OpenMeeting> {
    this.knocked.push(link);
    await this.hold;
    if (this.refusal) throw this.refusal;
    return { facts: FACTS };
  }

  preparePreJoin(_: OpenMeeting, join: (name: string) => Promise<void>): Promise<FakePreJoin> {
    this.preJoin = { join, isClosed: false };
    return Promise.resolve(this.preJoin);
  }

  join(): Promise<FakeCall> {
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve(this.call);
  }

  closePreJoin(preJoin: FakePreJoin): void {
    preJoin.isClosed = true;
  }

  forgetMeeting(link: string): Promise<void> {
    this.knocked.push(`forgot ${link}`);
    return Promise.resolve();
  }

  now(): number {
    return this.nowMs;
  }
}

function toldAs(name: Told['name']): Told {
  const known = { hasExpired: false, isDrained: false, attestations: 0, othersLost: 0 };
  const facts = { ...known, deadAddresses: 0, failedReturns: 0 };
  return { name, facts };
}

function opened(): { house: House; app: AppModel<string, OpenMeeting, FakePreJoin, FakeCall> } {
  const house = new House();
  return { house, app: new AppModel(house) };
}

describe('somebody with a link', () => {
  it('is led to the door of the meeting', async () => {
    const { app } = opened();
    await app.follow('good');
    expect(app.screen.value).toMatchObject({ kind: 'pre-join', facts: FACTS });
  });

  it('sees what is wrong with a link that was cut', async () => {
    const { house, app } = opened();
    await app.follow('cut');
    expect(app.screen.value).toEqual({ kind: 'link-fault', fault: { kind: 'cut' } });
    expect(house.knocked).toEqual([]);
  });

  it('can knock again when the server did not answer', async () => {
    const { house, app } = opened();
    house.refusal = new RefusalError({ kind: 'unreachable' });
    await app.follow('good');
    expect(app.screen.value).toEqual({ kind: 'closed-door', refusal: { kind: 'unreachable' } });
    house.refusal = undefined;
    await app.again();
    expect(app.screen.value.kind).toBe('pre-join');
    expect(house.knocked).toEqual(['good', 'good']);
  });

  it('is not pulled out of a call by another link', async () => {
    const { house, app } = opened();
    await app.follow('good');
    await house.preJoin?.join('Ana');
    await app.follow('other');
    expect(app.screen.value.kind).toBe('call');
    expect(house.knocked).toEqual(['good']);
  });

  it('who goes home meanwhile is not brought to the door later', async () => {
    const { house, app } = opened();
    let release = (): void => undefined;
    house.hold = new Promise((resolve) => (release = resolve));
    const following = app.follow('good');
    app.goHome();
    release();
    await following;
    expect(app.screen.value.kind).toBe('home');
    expect(house.preJoin?.isClosed).toBe(true);
  });
});

describe('a host', () => {
  it('makes a meeting and stands at its door', async () => {
    const { house, app } = opened();
    app.start();
    await app.make(' Thursday circle ');
    expect(house.knocked).toEqual(['made']);
    expect(app.screen.value.kind).toBe('pre-join');
  });

  it('stays at the form when the server takes no more meetings', async () => {
    const { house, app } = opened();
    app.start();
    house.refusal = new RefusalError({ kind: 'too-many', retryAfterS: 60 });
    await app.make('');
    expect(app.screen.value).toEqual({
      kind: 'start',
      isMaking: false,
      refusal: { kind: 'too-many', retryAfterS: 60 },
    });
  });
});

describe('a call', () => {
  it('keeps the devices of the pre-join page and lets go of them at its end', async () => {
    const { house, app } = opened();
    await app.follow('good');
    await house.preJoin?.join('Ana');
    expect(house.preJoin?.isClosed).toBe(false);
    house.nowMs += 61_000;
    house.call.ended.set(toldAs('left'));
    expect(app.screen.value).toEqual({
      ...{ kind: 'ended', told: toldAs('left'), lastedMs: 61_000, record: house.call.record, facts: FACTS },
    });
    expect(house.call.isClosed).toBe(true);
  });

  it('that cannot be joined leaves the page as it was and says so', async () => {
    const { house, app } = opened();
    await app.follow('good');
    house.refusal = new RefusalError({ kind: 'not-admitted' });
    await expect(house.preJoin?.join('Ana')).rejects.toBe(house.refusal);
    expect(app.screen.value.kind).toBe('pre-join');
    expect(house.preJoin?.isClosed).toBe(false);
  });

  // Somebody who went back while they were being let in was put into the call all the same.
  it('is left at once when somebody went back while they were being let in', async () => {
    const { house, app } = opened();
    await app.follow('good');
    const joining = house.preJoin?.join('Ana');
    app.goHome();
    await joining;
    expect(app.screen.value.kind).toBe('home');
    expect(house.call.isClosed).toBe(true);
  });

  it('can be joined again from the end page, and home forgets the link', async () => {
    const { house, app } = opened();
    await app.follow('good');
    await house.preJoin?.join('Ana');
    house.call.ended.set(toldAs('connection-lost'));
    await app.again();
    expect(app.screen.value.kind).toBe('pre-join');
    app.goHome();
    expect(house.preJoin?.isClosed).toBe(true);
    await app.again();
    expect(app.screen.value.kind).toBe('home');
  });

  it('can be forgotten: what is kept of it is wiped, and nobody gets back in by this page', async () => {
    const { house, app } = opened();
    await app.follow('good');
    await house.preJoin?.join('Ana');
    house.call.ended.set(toldAs('left'));
    await app.forget();
    expect(house.knocked).toEqual(['good', 'forgot good']);
    expect(app.screen.value.kind).toBe('forgotten');
    await app.again();
    expect(app.screen.value.kind).toBe('home');
  });
});
