import { beforeEach, describe, expect, it, vi } from 'vitest';

import { FakeMediaDevices } from '../media/fake_media';
import { FakeSound } from '../media/fake_sound';
import { Subject } from '../observable/observable';
import { RefusalError } from './app';
import { DevicesModel } from './devices';
import { PreJoinModel, type JoinProgress } from './prejoin';
import { Preferences } from './preferences';

const kept = new Map<string, string>();

function preferencesOfThisBrowser(): Preferences {
  return new Preferences(() => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  }));
}

function modelJoining(join: (name: string) => Promise<void>): PreJoinModel {
  const preferences = preferencesOfThisBrowser();
  return new PreJoinModel({
    meeting: { title: '', link: '', isHost: false, hostLink: undefined, expiresAtMs: 0 },
    server: new Subject(undefined),
    devices: new DevicesModel({
      mediaDevices: new FakeMediaDevices().asPort(),
      permissions: undefined,
      sound: new FakeSound(),
      preferences,
      isPhone: false,
      canChooseSpeaker: false,
    }),
    preferences,
    platform: { browser: 'other', system: 'other' },
    join,
  });
}

beforeEach(() => {
  kept.clear();
});

it('a page that is drawn anew, in another language, keeps the name and asks for nothing again', async () => {
  const model = modelJoining(() => Promise.resolve());
  const start = vi.spyOn(model.devices, 'start').mockResolvedValue();
  await model.begin();
  model.noteTyping('Mar');
  await model.begin();
  expect(model.name).toBe('Mar');
  expect(start).toHaveBeenCalledOnce();
});

describe('joining', () => {
  it('goes in under the trimmed name and remembers it', async () => {
    const join = vi.fn(() => Promise.resolve());
    await modelJoining(join).join('  Maria ');
    expect(join).toHaveBeenCalledWith('Maria');
    expect(modelJoining(join).name).toBe('Maria');
  });

  it('says that it joins until it has, and joins once however often Join is pressed', async () => {
    let arrive = (): void => undefined;
    const join = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          arrive = resolve;
        }),
    );
    const model = modelJoining(join);
    const seen: JoinProgress['kind'][] = [];
    model.progress.subscribe(({ kind }) => seen.push(kind));
    const joining = model.join('Maria');
    await model.join('Maria');
    arrive();
    await joining;
    expect(join).toHaveBeenCalledOnce();
    expect(seen).toEqual(['idle', 'joining', 'idle']);
  });

  it('goes nowhere with a bad name and complains until the name is a good one', async () => {
    const join = vi.fn(() => Promise.resolve());
    const model = modelJoining(join);
    model.noteTyping('');
    expect(model.nameProblem.value).toBeUndefined();
    await model.join(' ');
    expect(model.nameProblem.value).toBe('empty');
    model.noteTyping(' ');
    expect(model.nameProblem.value).toBe('empty');
    model.noteTyping('M');
    expect(model.nameProblem.value).toBeUndefined();
    expect(join).not.toHaveBeenCalled();
  });

  it('says why the server did not let someone in, and lets them try again', async () => {
    const answers = [
      Promise.reject(new RefusalError({ kind: 'too-many', retryAfterS: 20 })),
      Promise.resolve(),
    ];
    const model = modelJoining(() => answers.shift() ?? Promise.reject(new Error('too often')));
    await model.join('Maria');
    const refusal = { kind: 'too-many', retryAfterS: 20 };
    expect(model.progress.value).toEqual({ kind: 'failed', refusal });
    await model.join('Maria');
    expect(model.progress.value).toEqual({ kind: 'idle' });
  });

  it('fails with words for it when something breaks that nobody thought of', async () => {
    const model = modelJoining(() => Promise.reject(new TypeError('broken')));
    await model.join('Maria');
    expect(model.progress.value).toEqual({ kind: 'failed', refusal: { kind: 'failed' } });
  });
});
