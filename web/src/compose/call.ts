/** Brings the transport along: loaded while people look at the page before the call. */
import { AudioLevels } from '../media/audio_levels';
import { ScreenCapture } from '../media/screen_capture';
import { knock, type Admission } from '../session/admission';
import { joinCall } from '../session/livekit_call';
import { CallModel } from '../state/call';
import { SYSTEM_CLOCK } from '../observable/clock';
import type { DevicesModel } from '../state/devices';
import { groupHere } from './group';
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
    const { door } = open;
    const admit = (): Promise<Admission> => knock(around.api, door, name);
    const { ticket, groupTicket, hostKey } = await admit();
    const group = {
      open,
      hostKey,
      groupTicket,
      admit: async () => (await admit()).groupTicket,
    };
    return new CallModel({
      call: joinCall({
        door,
        name,
        ticket,
        admit: async () => (await admit()).ticket,
        now: () => SYSTEM_CLOCK.now(),
      }),
      openGroup: (ears) => groupHere(group, ears),
      onFault: (error) => {
        // A method of the page's, which is not called on anything else.
        reportError(error);
      },
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
