/** The group's keys, with a worker and a channel of this browser. */
import type { NewEpoch } from '../e2ee/group/epoch_secret';
import { GroupSession } from '../e2ee/group/group_session';
import { makeReopening } from '../e2ee/group/host_acts';
import { keysInWorker } from '../e2ee/group/mls_worker_port';
import { delegatingOwnLeaf } from '../e2ee/group/own_delegation';
import { openSocket } from '../e2ee/group/socket_channel';
import { SYSTEM_CLOCK } from '../observable/clock';
import type { Bytes } from '../protocol/bytes';
import type { GroupEars, GroupPort } from '../state/group';
import type { OpenedMeeting } from './meeting';
import { startGroupWorker } from './workers';

/** A group that no device of ours outgrows: what the server allows at most. */
const MAX_MEMBERS = 500;

interface Parts {
  readonly open: OpenedMeeting;
  /** The host's public key, checked against the link. */
  readonly hostKey: Bytes;
  /** Of the admission that came before. */
  readonly groupTicket: string;
  /** Knocks again and answers a ticket for the group. */
  readonly admit: () => Promise<string>;
  readonly onEpoch: (epoch: NewEpoch) => Promise<void>;
}

/** Opens the group of a meeting; nothing is sent before it is started. */
export function groupHere(parts: Parts, ears: GroupEars): GroupPort {
  const { hostKey, groupSecrets: secrets } = parts.open;
  const worker = startGroupWorker();
  // One that did not load answers nothing: the call goes on, and the group is said to be joining.
  worker.addEventListener('error', ({ message }) => {
    ears.onNotice({ kind: 'fault', error: new Error(`The worker of the group's keys: ${message}`) });
  });
  const session = sessionIn(worker, parts, ears);
  const stop = hostKey && delegatingOwnLeaf({ session, secrets, hostKey });
  const { state, view, health, ready, reached, leaving } = session;
  return {
    ...{ state, view, health, ready, reached, leaving },
    start: () => {
      session.start();
    },
    send: (type, body) => session.send(type, body),
    leave: () => session.leave(),
    close: async () => {
      stop?.();
      try {
        await session.close();
      } finally {
        worker.terminate();
      }
    },
  };
}

function sessionIn(worker: Worker, parts: Parts, ears: GroupEars): GroupSession {
  const { door, groupSecrets: secrets, hostKey: hostSigner } = parts.open;
  const { privateKey, publicKey, identity } = door.leafKey;
  const keys = keysInWorker(worker, {
    kind: 'open',
    material: { secrets, hostKey: parts.hostKey, maxMembers: MAX_MEMBERS },
    leaf: { privateKey, publicKey, identity },
  });
  let ticket: string | undefined = parts.groupTicket;
  return new GroupSession({
    keys,
    groupId: secrets.groupId,
    connect: openSocket(
      (address, protocol) => new WebSocket(address, protocol),
      `${door.origin.replace(/^http/, 'ws')}/group`,
    ),
    admit: () => {
      const first = ticket;
      ticket = undefined;
      return first === undefined ? parts.admit() : Promise.resolve(first);
    },
    onEpoch: parts.onEpoch,
    clock: SYSTEM_CLOCK,
    random: () => Math.random(),
    ...(hostSigner && {
      hostSigner,
      reopen: (previous: Bytes) => makeReopening(secrets, previous, hostSigner),
    }),
    ...ears,
  });
}
