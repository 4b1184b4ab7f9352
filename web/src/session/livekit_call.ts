import type { Door } from './admission';
import type { Call } from './call';
import { CallSession } from './call_session';
import { LiveKitRoom, type Encryption } from './livekit_room';

/** Who joins what. */
export interface Joining {
  readonly door: Door;
  /** Of the admission that came before. */
  readonly ticket: string;
  /** Knocks again and answers a ticket. @throws RequestError */
  readonly admit: () => Promise<string>;
  /** Encrypts a connection; each is asked for its own. */
  readonly encryption: Encryption;
  /** As oneself is shown to the others; 1 to 64 characters. */
  readonly name: string;
  /** A clock that doesn't jump, such as `performance.now`. */
  readonly now: () => number;
}

/**
 * Connects to a call whose door is open. From now on the call says itself how it goes.
 *
 * This file brings all of LiveKit: load it with `import()`.
 */
export function joinCall({ door, name, now, ticket, admit, encryption }: Joining): Call {
  const self = { identity: door.leafKey.identity, name };
  const parts = {
    openRoom: () => new LiveKitRoom(door.origin, door.keys, self, encryption),
    admit,
    self,
    now,
    random: () => Math.random(),
  };
  return new CallSession(parts, ticket);
}
