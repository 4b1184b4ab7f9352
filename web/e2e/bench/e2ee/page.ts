import { deriveGroupSecrets } from '../../../src/e2ee/group/group_secrets';
import { GroupSession } from '../../../src/e2ee/group/group_session';
import { MlsGroup } from '../../../src/e2ee/group/mls_group';
import { openSocket } from '../../../src/e2ee/group/socket_channel';
import { makeLeafKey } from '../../../src/e2ee/leaf_key';
import { SYSTEM_CLOCK } from '../../../src/observable/clock';
import { deriveKeys } from '../../../src/protocol/derivation';
import { parseLink } from '../../../src/protocol/link';
import { knock } from '../../../src/session/admission';
import { MeetingsApi } from '../../../src/session/meetings_api';

const NOT_YET_MS = 20;
const PATIENCE_MS = 120_000;

/** Devices that join a meeting's group, and send nothing. */
export interface Crowd {
  /** Lets so many be admitted, and come evenly within a time. Resolves when the last has begun. */
  come(link: string, count: number, withinMs: number): Promise<void>;
  /** Waits until all of them are in one epoch of so many members; milliseconds since the first began. */
  agree(members: number): Promise<number>;
}

declare global {
  interface Window {
    folkmootCrowd: Crowd;
  }
}

const { origin } = location;
const sessions: GroupSession[] = [];
let begunAt = NaN;

async function device(link: string): Promise<GroupSession> {
  const reading = parseLink(link, origin);
  if (reading.kind !== 'meeting') throw new Error(`a link that is ${reading.kind}`);
  const api = new MeetingsApi((url, init) => fetch(url, init), origin);
  const [keys, secrets, leafKey] = await Promise.all([
    deriveKeys(reading.secret),
    deriveGroupSecrets(reading.secret),
    makeLeafKey(),
  ]);
  const { groupTicket, hostKey } = await knock(api, { ...reading, origin, keys, leafKey }, 'One of many');
  const material = { secrets, hostKey, leafKey, maxMembers: 200 };
  return new GroupSession({
    keys: await MlsGroup.open(material, () => performance.now()),
    groupId: secrets.groupId,
    connect: openSocket(
      (url, protocol) => new WebSocket(url, protocol),
      `${origin.replace(/^http/, 'ws')}/group`,
    ),
    admit: () => Promise.resolve(groupTicket),
    clock: SYSTEM_CLOCK,
    random: Math.random,
    onMessage: () => undefined,
    onNotice: () => undefined,
  });
}

window.folkmootCrowd = {
  async come(link, count, withinMs) {
    for (let at = 0; at < count; at += 1) sessions.push(await device(link));
    begunAt = performance.now();
    for (const session of sessions) {
      session.start();
      await new Promise((resolve) => setTimeout(resolve, withinMs / count));
    }
  },

  async agree(members) {
    const isIn = ({ view }: GroupSession): boolean => view.value?.roster.length === members;
    while (!sessions.every(isIn)) {
      if (performance.now() - begunAt > PATIENCE_MS) {
        throw new Error(sessions.map(({ state, view }) =>
          `${state.value.kind} ${String(view.value?.roster.length)}`).join(', '));
      }
      await new Promise((resolve) => setTimeout(resolve, NOT_YET_MS));
    }
    return performance.now() - begunAt;
  },
};
