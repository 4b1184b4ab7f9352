import { knock, type Door } from './admission';
import type { Call } from './call';
import { CallSession } from './call_session';
import { LiveKitRoom } from './livekit_room';
import type { MeetingsApi } from './meetings_api';

/** Who joins what. */
export interface Joining {
  readonly api: MeetingsApi;
  readonly door: Door;
  /** As oneself is shown to the others; 1 to 64 characters. */
  readonly name: string;
  /** A clock that doesn't jump, such as `performance.now`. */
  readonly now: () => number;
}

/**
 * Joins a call: knocks with the name, and connects. It answers as soon as the door is open; from then
 * on the call says itself how it goes.
 *
 * This file brings all of LiveKit: load it with `import()`.
 *
 * @throws RequestError - not let in.
 * @throws RangeError - the name has no characters, or too many.
 */
export async function joinCall({ api, door, name, now }: Joining): Promise<Call> {
  const { ticket } = await knock(api, door, name);
  const self = { identity: door.leafKey.identity, name };
  const parts = {
    openRoom: () => new LiveKitRoom(door.origin, door.keys, self),
    admit: async () => (await knock(api, door, name)).ticket,
    self,
    now,
    random: () => Math.random(),
  };
  return new CallSession(parts, ticket);
}
