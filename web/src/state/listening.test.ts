import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { browserError, FakeMediaDevices } from '../media/fake_media';
import { FakeSound } from '../media/fake_sound';
import { START_DEADLINE_MS, TONE_MS } from '../media/test_tone';
import { DevicesModel } from './devices';
import { SILENCE_MS } from './listening';
import { Preferences } from './preferences';

let browser: FakeMediaDevices;
let sound: FakeSound;
let model: DevicesModel;

/** Lets everything that waits for nothing outside happen. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeMediaDevices();
  sound = new FakeSound();
  model = new DevicesModel({
    mediaDevices: browser.asPort(),
    permissions: undefined,
    sound,
    preferences: new Preferences(() => ({ getItem: () => null, setItem: () => undefined })),
    isPhone: false,
    canChooseSpeaker: true,
  });
});

afterEach(() => {
  model.close();
  vi.useRealTimers();
});

describe('listening to oneself', () => {
  // Leaving a call closed the devices twice, and Chromium reported an error on the page.
  it('lets go of the sound once, however often the devices are closed', async () => {
    await model.start();
    model.close();
    model.close();
    expect(sound.log.filter((happening) => happening === 'close')).toHaveLength(1);
  });

  it('shows the level while the microphone is on, and nothing while it is off', async () => {
    await model.start();
    sound.sample = 0.1;
    await vi.advanceTimersByTimeAsync(200);
    expect(model.level.value).toBeGreaterThan(0.5);
    await model.setMicrophoneOn(false);
    expect(model.level.value).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.level.value).toBe(0);
  });

  it('says after five seconds that nothing comes in, and takes it back with the first sound', async () => {
    await model.start();
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 100);
    expect(model.isSilent.value).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(model.isSilent.value).toBe(true);
    sound.sample = 0.001;
    await vi.advanceTimersByTimeAsync(100);
    expect(model.isSilent.value).toBe(false);
  });

  it('accuses no microphone while the browser holds the sound back', async () => {
    sound.state = 'suspended';
    await model.start();
    await vi.advanceTimersByTimeAsync(2 * SILENCE_MS);
    expect(model.isSilent.value).toBe(false);
    model.resumeSound();
    expect(sound.log.filter((entry) => entry === 'resume')).toHaveLength(2);
  });

  it('counts a microphone that its own switch mutes as silent', async () => {
    sound.state = 'suspended';
    await model.start();
    for (const track of browser.tracks) {
      track.muted = true;
    }
    await vi.advanceTimersByTimeAsync(SILENCE_MS);
    expect(model.isSilent.value).toBe(true);
  });

  it('stops when the page is left', async () => {
    await model.start();
    model.close();
    sound.sample = 0.5;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.level.value).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the speaker test', () => {
  it('plays on the chosen speaker and ends', async () => {
    await model.choose('speaker', 'spk-b');
    const testing = model.testSpeaker();
    await settle();
    expect(model.speakerTest.value).toBe('playing');
    await vi.advanceTimersByTimeAsync(TONE_MS);
    await testing;
    expect(model.speakerTest.value).toBe('idle');
    expect(sound.log).toEqual(['sink spk-b', 'resume', 'play', 'note', 'note', 'pause', 'close']);
  });

  it('says that a speaker does not work', async () => {
    sound.sinkFault = browserError('NotFoundError');
    await model.choose('speaker', 'spk-b');
    await model.testSpeaker();
    expect(model.speakerTest.value).toBe('failed');
  });

  it('does not wait for ever on a computer without sound', async () => {
    sound.isDead = true;
    const testing = model.testSpeaker();
    await vi.advanceTimersByTimeAsync(START_DEADLINE_MS);
    await testing;
    expect(model.speakerTest.value).toBe('failed');
    expect(sound.log.at(-1)).toBe('close');
  });

  it('plays once at a time', async () => {
    void model.testSpeaker();
    void model.testSpeaker();
    await vi.advanceTimersByTimeAsync(TONE_MS);
    expect(sound.log.filter((entry) => entry === 'play')).toHaveLength(1);
  });
});
