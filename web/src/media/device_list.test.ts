import { expect, it } from 'vitest';

import { listDevices } from './device_list';
import { FakeMediaDevices } from './fake_media';

it('lists devices by kind, without the numbers in their names', async () => {
  const lists = await listDevices(new FakeMediaDevices().asPort());
  expect(lists.microphones).toEqual([
    { id: 'mic-a', label: 'Desk microphone' },
    { id: 'mic-b', label: 'Headset' },
  ]);
  expect(lists.cameras.map(({ id }) => id)).toEqual(['cam-a', 'cam-b']);
  expect(lists.speakers.map(({ id }) => id)).toEqual(['spk-a', 'spk-b']);
});

it('lists nothing that can’t be asked for, and no device twice', async () => {
  const devices = new FakeMediaDevices();
  devices.present = [
    { kind: 'audioinput', deviceId: '', label: '' },
    { kind: 'audioinput', deviceId: 'default', label: 'Default - Desk microphone' },
    { kind: 'audioinput', deviceId: 'communications', label: 'Communications - Headset' },
  ];
  const { microphones } = await listDevices(devices.asPort());
  expect(microphones.map(({ id }) => id)).toEqual(['default']);
});

it('lists nothing when the browser refuses', async () => {
  const devices = new FakeMediaDevices();
  devices.enumerateDevices = () => Promise.reject(new Error('no'));
  const nothing = { microphones: [], cameras: [], speakers: [] };
  expect(await listDevices(devices.asPort())).toEqual(nothing);
  expect(await listDevices(undefined)).toEqual(nothing);
});
