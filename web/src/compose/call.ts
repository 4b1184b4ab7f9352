/** Brings the transport along: loaded while people look at the page before the call. */
import { AudioLevels } from '../media/audio_levels';
import { ScreenCapture } from '../media/screen_capture';
import { joinCall } from '../session/livekit_call';
import { CallModel } from '../state/call';
import { SYSTEM_CLOCK } from '../observable/clock';
import type { DevicesModel } from '../state/devices';
import { SOUND, type OpenedMeeting } from './meeting';
import { explained } from './refusals';
import type { Surroundings } from './surroundings';

/**
 * Joins a meeting with the devices as they are.
 *
 * @throws RefusalError
 */
export function joinHere(
  around: Surroundings,
  open: OpenedMeeting,
  devices: DevicesModel,
  name: string,
): Promise<CallModel> {
  return explained(async () => {
    const { api } = around;
    const call = await joinCall({ api, door: open.door, name, now: () => SYSTEM_CLOCK.now() });
    return new CallModel({
      call,
      devices,
      meeting: open.facts,
      server: around.server.value ?? { operator: '', place: '', canCreate: false },
      clock: SYSTEM_CLOCK,
      screen: new ScreenCapture(navigator.mediaDevices),
      levels: new AudioLevels(SOUND),
      preferences: around.callPreferences,
    });
  });
}
