import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { browserError, FakeMediaDevices, FakePermissions } from '../media/fake_media';
import { FakeSound } from '../media/fake_sound';
import { DevicesModel, type DevicesParts, type Fallback } from './devices';
import { Preferences } from './preferences';

let browser: FakeMediaDevices;
let preferences: Preferences;
let model: DevicesModel;

function memory(): Preferences {
  const kept = new Map<string, string>();
  return new Preferences(() => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  }));
}

function modelWith(parts: Partial<DevicesParts> = {}): DevicesModel {
  model = new DevicesModel({
    mediaDevices: browser.asPort(),
    permissions: undefined,
    sound: new FakeSound(),
    preferences,
    isPhone: false,
    canChooseSpeaker: true,
    ...parts,
  });
  return model;
}

/** Lets everything that waits for nothing outside happen. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeMediaDevices();
  preferences = memory();
});

afterEach(() => {
  model.close();
  vi.useRealTimers();
});

describe('before the call', () => {
  it('asks nothing before it is started, and then once for both', async () => {
    modelWith();
    await settle();
    expect(browser.asked).toHaveLength(0);
    await model.start();
    expect(browser.asked).toHaveLength(1);
    expect([model.microphone.value.kind, model.camera.value.kind]).toEqual(['on', 'on']);
    expect(model.chosen.value).toMatchObject({ microphone: 'mic-a', camera: 'cam-a' });
    expect(model.lists.value.microphones).toHaveLength(2);
  });

  it('says that it waits for the person’s answer', async () => {
    browser.answer = new Promise(() => undefined);
    void modelWith().start();
    await settle();
    expect([model.microphone.value.kind, model.camera.value.kind]).toEqual(['asking', 'asking']);
  });

  it('leaves off what was off the last time, and takes the devices of the last time', async () => {
    preferences.update({ isCameraOn: false, microphone: 'mic-b' });
    await modelWith().start();
    expect(model.camera.value).toEqual({ kind: 'off' });
    expect(model.chosen.value.microphone).toBe('mic-b');
    expect(browser.asked.every(({ video }) => video === undefined)).toBe(true);
  });

  it('does not ask a second time when the person said no', async () => {
    browser.refuse = () => browserError('NotAllowedError', 'Permission denied');
    await modelWith().start();
    const denied = { kind: 'failed', why: 'denied' };
    expect([model.microphone.value, model.camera.value]).toEqual([denied, denied]);
    expect(browser.asked).toHaveLength(1);
  });

  it('gives sound when only the camera is in use elsewhere', async () => {
    browser.refuse = ({ video }) =>
      video === undefined ? undefined : browserError('NotReadableError');
    await modelWith().start();
    expect(model.microphone.value.kind).toBe('on');
    expect(model.camera.value).toEqual({ kind: 'failed', why: 'busy' });
  });

  it('gives a picture when only the microphone is forbidden, without asking for both', async () => {
    browser.refuse = ({ audio }) =>
      audio === undefined ? undefined : browserError('NotAllowedError');
    const permissions = new FakePermissions({ microphone: 'denied', camera: 'granted' });
    await modelWith({ permissions: permissions.asPort() }).start();
    expect(model.microphone.value).toEqual({ kind: 'failed', why: 'denied' });
    expect(model.camera.value.kind).toBe('on');
  });

  it('blames the system when the site is allowed and is refused all the same', async () => {
    browser.refuse = () => browserError('NotAllowedError', 'not allowed by the platform');
    const permissions = new FakePermissions({ microphone: 'granted', camera: 'granted' });
    await modelWith({ permissions: permissions.asPort() }).start();
    expect(model.camera.value).toEqual({ kind: 'failed', why: 'blocked-by-system' });
  });

  it('notices by itself when the person undoes a refusal in the settings', async () => {
    browser.refuse = () => browserError('NotAllowedError', 'Permission denied');
    const permissions = new FakePermissions({ microphone: 'denied', camera: 'denied' });
    await modelWith({ permissions: permissions.asPort() }).start();
    browser.refuse = () => undefined;
    permissions.set('camera', 'granted');
    await settle();
    expect([model.microphone.value.kind, model.camera.value.kind]).toEqual(['failed', 'on']);
  });

  it('switches nothing on that the person switched off, whatever the settings allow', async () => {
    const permissions = new FakePermissions({ microphone: 'prompt', camera: 'prompt' });
    modelWith({ permissions: permissions.asPort() });
    await settle();
    permissions.set('camera', 'granted');
    await settle();
    expect(model.camera.value).toEqual({ kind: 'off' });
  });

  it('fails with words for it on an insecure page and without devices', async () => {
    await modelWith({ mediaDevices: undefined }).start();
    expect(model.camera.value).toEqual({ kind: 'failed', why: 'insecure' });
    browser.present = [];
    await modelWith().start();
    expect(model.microphone.value).toEqual({ kind: 'failed', why: 'missing' });
  });
});

describe('switching', () => {
  it('puts the camera’s light out, and keeps the microphone for the first word', async () => {
    await modelWith().start();
    await model.setCameraOn(false);
    await model.setMicrophoneOn(false);
    const [microphone, camera] = browser.tracks;
    expect(camera?.readyState).toBe('ended');
    expect(model.camera.value).toEqual({ kind: 'off' });
    expect([microphone?.readyState, microphone?.enabled]).toEqual(['live', false]);
    expect(model.microphone.value).toEqual({ kind: 'off', track: microphone });
    await model.setMicrophoneOn(true);
    expect(microphone?.enabled).toBe(true);
    expect(browser.tracks).toHaveLength(2);
  });

  it('is remembered for the next time', async () => {
    await modelWith().start();
    await model.setCameraOn(false);
    expect(preferences.value).toMatchObject({ isCameraOn: false, isMicrophoneOn: true });
  });

  it('ends with the camera off when it was switched off while the browser still asked', async () => {
    let answer = (): void => undefined;
    browser.answer = new Promise((resolve) => {
      answer = resolve;
    });
    const turningOn = modelWith().setCameraOn(true);
    const turningOff = model.setCameraOn(false);
    answer();
    await Promise.all([turningOn, turningOff]);
    expect(model.camera.value).toEqual({ kind: 'off' });
    expect(browser.tracks.map(({ readyState }) => readyState)).toEqual(['ended']);
  });

  it.each([
    ['both', true],
    ['the camera alone', false],
  ])('lets go what the browser gives after the page was left: %s', async (_, isMicrophoneOn) => {
    preferences.update({ isMicrophoneOn });
    let answer = (): void => undefined;
    browser.answer = new Promise((resolve) => {
      answer = resolve;
    });
    const starting = modelWith().start();
    await settle();
    model.close();
    answer();
    await starting;
    expect(browser.tracks.map(({ readyState }) => readyState)).not.toContain('live');
    expect(browser.tracks).toHaveLength(isMicrophoneOn ? 2 : 1);
  });

  it('keeps nothing when the page is left at once', async () => {
    const starting = modelWith().start();
    model.close();
    await starting;
    expect(browser.tracks.map(({ readyState }) => readyState)).not.toContain('live');
  });
});

describe('choosing', () => {
  it('changes the microphone in use, keeps it muted, and remembers it', async () => {
    await modelWith().start();
    await model.setMicrophoneOn(false);
    await model.choose('microphone', 'mic-b');
    const before = browser.tracks.at(0);
    const after = browser.tracks.at(-1);
    expect(before?.readyState).toBe('ended');
    expect([after?.getSettings().deviceId, after?.enabled]).toEqual(['mic-b', false]);
    expect(model.microphone.value).toEqual({ kind: 'off', track: after });
    expect(preferences.value.microphone).toBe('mic-b');
  });

  it('goes back to the camera before when the chosen one is in use elsewhere', async () => {
    await modelWith().start();
    browser.refuse = ({ video }) =>
      JSON.stringify(video).includes('cam-b') ? browserError('NotReadableError') : undefined;
    await model.choose('camera', 'cam-b');
    expect(model.camera.value.kind).toBe('on');
    expect(model.chosen.value.camera).toBe('cam-a');
    expect(model.fallback.value).toEqual<Fallback>({
      kind: 'camera',
      from: 'Document camera',
      to: 'Front camera',
      why: 'busy',
    });
  });

  it('never lets the microphone go for one that does not work', async () => {
    await modelWith().start();
    browser.refuse = () => browserError('NotReadableError');
    await model.choose('microphone', 'mic-b');
    expect(model.microphone.value).toMatchObject({ kind: 'on', track: browser.tracks[0] });
    expect(browser.tracks[0]?.readyState).toBe('live');
  });

  it('tries the chosen device when the one before failed', async () => {
    browser.refuse = ({ audio }) =>
      JSON.stringify(audio).includes('mic-b') ? undefined : browserError('NotReadableError');
    await modelWith().setMicrophoneOn(true);
    expect(model.microphone.value.kind).toBe('failed');
    await model.choose('microphone', 'mic-b');
    expect(model.microphone.value.kind).toBe('on');
  });

  it('opens no device that is off', async () => {
    await modelWith().choose('camera', 'cam-b');
    expect(browser.asked).toHaveLength(0);
    await model.setCameraOn(true);
    expect(model.chosen.value.camera).toBe('cam-b');
  });
});

describe('plugging and unplugging', () => {
  it('goes on with the default microphone when the one in use is pulled out, and says so', async () => {
    preferences.update({ microphone: 'mic-b' });
    await modelWith().start();
    browser.unplug('mic-b');
    await settle();
    expect(model.microphone.value).toMatchObject({ kind: 'on', track: browser.tracks.at(-1) });
    expect(model.chosen.value.microphone).toBe('mic-a');
    expect(model.fallback.value).toEqual<Fallback>({
      kind: 'microphone',
      from: 'Headset',
      to: 'Desk microphone',
      why: 'unplugged',
    });
    expect(preferences.value.microphone).toBe('mic-b');
  });

  it('does the same in a browser that does not end the track', async () => {
    await modelWith().start();
    browser.present = browser.present.filter(({ deviceId }) => deviceId !== 'cam-a');
    browser.dispatchEvent(new Event('devicechange'));
    await settle();
    expect(model.chosen.value.camera).toBe('cam-b');
  });

  it('says that no microphone is left', async () => {
    browser.present = browser.present.filter(({ deviceId }) => deviceId !== 'mic-b');
    await modelWith().start();
    browser.unplug('mic-a');
    await settle();
    expect(model.microphone.value).toEqual({ kind: 'failed', why: 'missing' });
    expect(model.level.value).toBe(0);
  });

  it('asks nobody again when the permission was taken back', async () => {
    const permissions = new FakePermissions({ microphone: 'granted', camera: 'granted' });
    await modelWith({ permissions: permissions.asPort() }).start();
    const before = browser.asked.length;
    permissions.set('camera', 'denied');
    browser.tracks.find(({ kind }) => kind === 'video')?.end();
    await settle();
    expect(model.camera.value).toEqual({ kind: 'failed', why: 'denied' });
    expect(browser.asked).toHaveLength(before);
  });

  it('keeps a microphone off that is pulled out while it is off', async () => {
    await modelWith().start();
    await model.setMicrophoneOn(false);
    browser.unplug('mic-a');
    await settle();
    expect(model.microphone.value).toEqual({ kind: 'off' });
    await model.setMicrophoneOn(true);
    expect(model.chosen.value.microphone).toBe('mic-b');
  });

  it('turns no camera on by itself when one is plugged in', async () => {
    browser.present = browser.present.filter(({ kind }) => kind !== 'videoinput');
    await modelWith().start();
    browser.present = new FakeMediaDevices().present;
    browser.dispatchEvent(new Event('devicechange'));
    await settle();
    expect(model.lists.value.cameras).toHaveLength(2);
    expect(model.camera.value).toEqual({ kind: 'failed', why: 'missing' });
  });

  it('falls back to the system’s speaker when the chosen one is gone', async () => {
    await modelWith().choose('speaker', 'spk-b');
    browser.unplug('spk-b');
    await settle();
    expect(model.chosen.value.speaker).toBeUndefined();
    expect(model.fallback.value).toMatchObject({ kind: 'speaker', to: 'Loudspeaker' });
  });
});
