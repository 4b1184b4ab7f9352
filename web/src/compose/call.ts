/** Brings the transport along: loaded while people look at the page before the call. */
import { AudioLevels } from '../media/audio_levels';
import { ScreenCapture } from '../media/screen_capture';
import { knock, type Admission } from '../session/admission';
import { joinCall } from '../session/livekit_call';
import { CallModel, type CallParts } from '../state/call';
import { SYSTEM_CLOCK } from '../observable/clock';
import { Subject } from '../observable/observable';
import type { NodeWord } from '../e2ee/record/node_word';
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
    const first = (): Promise<Admission> => knock(around.api, door, name);
    const { ticket, groupTicket, hostKey, node } = await first();
    const drains = new Subject(0);
    const word = new encryption.NodeWord(node);
    const admit = async (): Promise<Admission> => {
      const admission = await first();
      word.admitted(admission.node);
      return admission;
    };
    const media = new encryption.MediaHere(open, report);
    const call = joinCall({
      door,
      name,
      ticket,
      admit: async () => (await admit()).ticket,
      encryption: (onBreach) => media.encryption(onBreach),
      now: () => SYSTEM_CLOCK.now(),
    });
    const groupAdmit = async (): Promise<string> => (await admit()).groupTicket;
    const group = { open, hostKey, groupTicket, admit: groupAdmit, onEpoch: media.enter };
    return new CallModel({
      ...{ call, media, devices, drains },
      openGroup: (ears) => encrypting(media, call, encryption.groupHere(group, heardBy(media, word, drains, ears))),
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
  word: NodeWord,
  drains: Subject<number>,
  ears: GroupEars,
): GroupEars {
  return {
    ...ears,
    onNotice: (notice) => {
      if (notice.kind === 'drain') {
        void word.check(notice.atMs, notice.signature).then((drain) => {
          if (drain !== undefined) drains.set(drains.value + 1);
        });
      } else {
        ears.onNotice(notice);
      }
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
