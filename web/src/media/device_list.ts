import type { MediaDevicesPort } from './capture';

/** A device to choose from. The label is empty until the browser is allowed to name devices. */
export interface ListedDevice {
  readonly id: string;
  readonly label: string;
}

/** What can be chosen, in the browser's order. */
export interface DeviceLists {
  readonly microphones: readonly ListedDevice[];
  readonly cameras: readonly ListedDevice[];
  readonly speakers: readonly ListedDevice[];
}

export const NO_DEVICES: DeviceLists = { microphones: [], cameras: [], speakers: [] };

/** Lists the devices; none on an insecure page, or when the browser refuses to list them. */
export async function listDevices(devices: MediaDevicesPort | undefined): Promise<DeviceLists> {
  const found = await enumerate(devices);
  return {
    microphones: ofKind(found, 'audioinput'),
    cameras: ofKind(found, 'videoinput'),
    speakers: ofKind(found, 'audiooutput'),
  };
}

/** A device's name without the USB numbers that Chromium adds: "Webcam C270 (046d:0825)". */
export function plainLabel(label: string): string {
  return label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '').trim();
}

async function enumerate(
  devices: MediaDevicesPort | undefined,
): Promise<readonly MediaDeviceInfo[]> {
  try {
    return (await devices?.enumerateDevices()) ?? [];
  } catch {
    return [];
  }
}

function ofKind(
  found: readonly MediaDeviceInfo[],
  kind: MediaDeviceKind,
): readonly ListedDevice[] {
  return (
    found
      .filter((device) => device.kind === kind)
      // Before permission there is one entry without an id, which can't be asked for. Windows lists
      // the device for calls a second time, under an id of its own.
      .filter(({ deviceId }) => deviceId !== '' && deviceId !== 'communications')
      .map(({ deviceId, label }) => ({ id: deviceId, label: plainLabel(label) }))
  );
}
