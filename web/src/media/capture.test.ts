import { expect, describe, it } from 'vitest';

import { capture, captureExactly, captureTogether } from './capture';
import { browserError, FakeMediaDevices } from './fake_media';

const LAPTOP = { isPhone: false };

describe('capturing', () => {
  it('asks for speech without echo, noise and jumps in loudness', async () => {
    const devices = new FakeMediaDevices();
    await capture(devices.asPort(), 'microphone', LAPTOP);
    expect(devices.asked).toEqual([
      { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
    ]);
  });

  it('takes the camera on the screen’s side of a phone, unless another one was chosen', async () => {
    const devices = new FakeMediaDevices();
    await capture(devices.asPort(), 'camera', { isPhone: true });
    await capture(devices.asPort(), 'camera', { isPhone: true, deviceId: 'cam-b' });
    const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
    expect(devices.asked).toEqual([
      { video: { facingMode: 'user', ...size } },
      { video: { deviceId: { exact: 'cam-b' }, ...size } },
    ]);
  });

  it('takes the default device when the remembered one is not there any more', async () => {
    const devices = new FakeMediaDevices();
    const track = await capture(devices.asPort(), 'camera', { isPhone: false, deviceId: 'sold' });
    expect(track.getSettings().deviceId).toBe('cam-a');
  });

  it('does not take another device than the one that was just chosen', async () => {
    const devices = new FakeMediaDevices();
    const request = { isPhone: false, deviceId: 'sold' };
    await expect(captureExactly(devices.asPort(), 'camera', request)).rejects.toMatchObject({
      why: 'missing',
    });
  });

  it('does not ask again for another device after the person said no', async () => {
    const devices = new FakeMediaDevices();
    devices.refuse = () => browserError('NotAllowedError', 'Permission denied');
    const request = { isPhone: false, deviceId: 'mic-b' };
    await expect(capture(devices.asPort(), 'microphone', request)).rejects.toMatchObject({
      why: 'denied',
    });
    expect(devices.asked).toHaveLength(1);
  });

  it('asks one question for both', async () => {
    const devices = new FakeMediaDevices();
    const pair = await captureTogether(devices.asPort(), { microphone: LAPTOP, camera: LAPTOP });
    expect([pair.microphone.kind, pair.camera.kind]).toEqual(['audio', 'video']);
    expect(devices.asked).toHaveLength(1);
  });

  it('says that the page is not secure where the browser hides its devices', async () => {
    await expect(capture(undefined, 'camera', LAPTOP)).rejects.toMatchObject({ why: 'insecure' });
  });
});
