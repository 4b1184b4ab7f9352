import { encodeBase64url, type Bytes } from '../../../src/protocol/bytes';
import { deriveGroupSecrets } from '../../../src/e2ee/group/group_secrets';
import { GroupSession } from '../../../src/e2ee/group/group_session';
import { MlsGroup } from '../../../src/e2ee/group/mls_group';
import { openSocket } from '../../../src/e2ee/group/socket_channel';
import { makeLeafKey } from '../../../src/e2ee/leaf_key';
import { SYSTEM_CLOCK } from '../../../src/observable/clock';
import { offer } from './calls';

const NOT_YET_MS = 20;
const PATIENCE_MS = 180_000;

const sessions: GroupSession[] = [];
const faults: string[] = [];

const burstWorker = {
  /** Lets devices come to the meeting, one for each ticket, all at once. */
  async come(secret: Bytes, hostKey: Bytes, address: string, tickets: string[]): Promise<void> {
    const secrets = await deriveGroupSecrets(secret);
    const made = await Promise.all(
      tickets.map(async (ticket) => {
        const leafKey = await makeLeafKey();
        const material = { secrets, hostKey, leafKey, maxMembers: 200 };
        const keys = await MlsGroup.open(material, () => performance.now());
        return new GroupSession({
          keys,
          groupId: secrets.groupId,
          connect: openSocket((url, protocol) => new WebSocket(url, protocol), address),
          admit: () => Promise.resolve(ticket),
          clock: SYSTEM_CLOCK,
          random: Math.random,
          onMessage: () => undefined,
          onNotice: (notice) => faults.push(JSON.stringify(notice)),
        });
      }),
    );
    for (const session of made) {
      session.start();
      sessions.push(session);
    }
  },

  /** Waits until all devices are in one epoch of so many members; its mark. */
  async agree(members: number): Promise<string> {
    for (const begun = performance.now(); performance.now() - begun < PATIENCE_MS; ) {
      const marks = new Set(
        sessions.map(({ view: { value } }) =>
          value?.roster.length === members ? encodeBase64url(value.epochAuthenticator) : '',
        ),
      );
      const [mark] = marks;
      if (marks.size === 1 && mark !== undefined && mark !== '') return mark;
      await new Promise((resolve) => setTimeout(resolve, NOT_YET_MS));
    }
    const states = sessions.map(({ state, view }) => [state.value.kind, view.value?.epoch]);
    throw new Error(`no agreement: ${JSON.stringify([states, faults])}`);
  },

  /** What people would have been told meanwhile. */
  notices(): Promise<string[]> {
    return Promise.resolve(faults);
  },
};

export type BurstWorker = typeof burstWorker;

offer(burstWorker);
