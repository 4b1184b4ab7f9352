/** Brings the transport along: loaded while people look at the page before the call. */
import { AudioLevels } from '../media/audio_levels';
import { ScreenCapture } from '../media/screen_capture';
import { knock, type Admission } from '../session/admission';
import { joinCall } from '../session/livekit_call';
import { CallModel, type CallParts } from '../state/call';
import { SYSTEM_CLOCK } from '../observable/clock';
import { Subject } from '../observable/observable';
import type { Drain } from '../e2ee/record/node_word';
import type { SessionNotice } from '../e2ee/group/session_parts';
import type { Call } from '../session/call';
import type { DevicesModel } from '../state/devices';
import type { GroupEars, GroupPort } from '../state/group';
import type * as Encryption from './encryption';
import type { MediaHere } from './media';
import { SOUND, type OpenedMeeting } from './meeting';
import { explained } from './refusals';
import type { Surroundings } from './surroundings';

interface Joining {
  readonly around: Surroundings;
  readonly open: OpenedMeeting;
  readonly encryption: typeof Encryption;
}

/**
 * Joins a meeting with the devices as they are.
 *
 * @throws RefusalError
 */
export function joinHere(
  { around, open, encryption }: Joining,
  devices: DevicesModel,
  name: string,
): Promise<CallModel> {
  return explained(async () => {
    const { door } = open;
    const { ticket, groupTicket, hostKey, node } = await knock(around.api, door, name);
    const drain = new Subject<Drain | undefined>(undefined);
    const word = new encryption.NodeWord(node);
    const admit = async (): Promise<Admission> => {
      const admission = await knock(around.api, door, name);
      word.admitted(admission.node);
      return admission;
    };
    const media = new encryption.MediaHere(open, report);
    const call = joinCall({
      ...{ door, name, ticket },
      admit: async () => (await admit()).ticket,
      encryption: (onBreach) => media.encryption(onBreach),
      now: () => SYSTEM_CLOCK.now(),
    });
    const groupAdmit = async (): Promise<string> => (await admit()).groupTicket;
    const group = { open, hostKey, groupTicket, admit: groupAdmit, onEpoch: media.enter };
    return new CallModel({
      ...{ call, media, devices, drain },
      openGroup: (ears) => {
        const heard = heardBy(media, ears, ({ atMs, signature }) => {
          void word.check(atMs, signature).then((said) => {
            if (said !== undefined) drain.set(said);
          });
        });
        return encrypting(media, call, encryption.groupHere(group, heard));
      },
      meeting: open.facts,
      signer: door.leafKey,
      ...thisBrowser(around),
    });
  });
}

function thisBrowser(
  around: Surroundings,
): Pick<CallParts, 'server' | 'clock' | 'screen' | 'levels' | 'preferences' | 'onFault'> {
  return {
    server: around.server.value ?? { operator: '', place: '', canCreate: false },
    clock: SYSTEM_CLOCK,
    screen: new ScreenCapture(navigator.mediaDevices),
    levels: new AudioLevels(SOUND),
    preferences: around.callPreferences,
    onFault: report,
  };
}

function report(error: unknown): void {
  // A method of the page's, which is not called on anything else.
  reportError(error);
}

/** What is said of media is heard there first; a server's word is checked before anybody hears it. */
function heardBy(
  media: MediaHere,
  ears: GroupEars,
  onDrain: (notice: Extract<SessionNotice, { kind: 'drain' }>) => void,
): GroupEars {
  return {
    ...ears,
    onNotice: (notice) => {
      if (notice.kind === 'drain') onDrain(notice);
      else ears.onNotice(notice);
    },
    onMessage: (message) => {
      if (!media.take(message)) ears.onMessage(message);
    },
  };
}

/** Media that begin with a group, and end with it. */
function encrypting(media: MediaHere, call: Call, group: GroupPort): GroupPort {
  media.follow(group, call);
  return {
    ...group,
    close: async () => {
      media.close();
      await group.close();
    },
  };
}
