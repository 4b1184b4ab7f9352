import { randomBytes } from '../../../src/protocol/bytes';
import type { GroupKeys } from '../../../src/e2ee/group/group_keys';
import { deriveGroupSecrets } from '../../../src/e2ee/group/group_secrets';
import { keysInWorker } from '../../../src/e2ee/group/mls_worker_port';
import { makeLeafKey } from '../../../src/e2ee/leaf_key';
import type { BurstWorker } from './burst_worker';
import { calls } from './calls';
import type { Followed, MembersWorker } from './members_worker';

/** What the benchmark asks of this page. */
export interface MlsBench {
  /** A group of one whose members are in a worker of their own. */
  open(): Promise<void>;
  grow(size: number): Promise<void>;
  /** Prepares a device that is about to join, in a fresh worker as every device has one. */
  ready(): Promise<void>;
  /** It joins; milliseconds until it is a member. */
  join(): Promise<number>;
  follow(refreshes: number): Promise<Followed>;
  /** The first device makes the group, the others come at once; when all agree, in milliseconds. */
  burst(address: string, tickets: readonly string[], workers: number): Promise<Burst>;
}

export interface Burst {
  readonly agreedMs: number;
  readonly notices: readonly string[];
}

declare global {
  interface Window {
    folkmootBench: MlsBench;
  }
}

const secret = randomBytes(32);
const hostKey = (await makeLeafKey()).publicKey;
const members = calls(
  new Worker(new URL('./members_worker.ts', import.meta.url), { type: 'module' }),
) as MembersWorker;
let device: { readonly worker: Worker; readonly keys: GroupKeys } | undefined;

window.folkmootBench = {
  open: () => members.open(secret),
  grow: (size) => members.grow(size),
  follow: (refreshes) => members.follow(refreshes),

  async ready() {
    device?.worker.terminate();
    const secrets = await deriveGroupSecrets(secret);
    const { privateKey, publicKey, identity } = await makeLeafKey();
    const worker = new Worker(new URL('../../../src/e2ee/group/mls_worker.ts', import.meta.url), {
      type: 'module',
    });
    const keys = keysInWorker(worker, {
      kind: 'open',
      material: { secrets, hostKey, maxMembers: 500 },
      leaf: { privateKey, publicKey, identity },
    });
    await keys.view();
    device = { worker, keys };
  },

  async join() {
    if (device === undefined) throw new Error('nobody is ready');
    const offered = await members.offer();
    const begun = performance.now();
    const { message } = await device.keys.prepareJoin(offered);
    const { kind } = await device.keys.process(message, 1);
    const ms = performance.now() - begun;
    if (kind !== 'commit') throw new Error(`a join that is ${kind}`);
    return ms;
  },

  async burst(address, tickets, workers) {
    const [first = '', ...others] = tickets;
    const rooms = Array.from({ length: workers }, burstWorker);
    const [host] = rooms;
    await host?.come(secret, hostKey, address, [first]);
    await host?.agree(1);
    const begun = performance.now();
    await Promise.all(
      rooms.map((room, at) =>
        room.come(secret, hostKey, address, others.filter((_, number) => number % workers === at)),
      ),
    );
    await allAgree(rooms, tickets.length);
    const agreedMs = performance.now() - begun;
    return { agreedMs, notices: (await Promise.all(rooms.map((room) => room.notices()))).flat() };
  },
};

function burstWorker(): BurstWorker {
  return calls(
    new Worker(new URL('./burst_worker.ts', import.meta.url), { type: 'module' }),
  ) as BurstWorker;
}

async function allAgree(rooms: readonly BurstWorker[], size: number): Promise<void> {
  for (;;) {
    const marks = await Promise.all(rooms.map((room) => room.agree(size)));
    if (new Set(marks).size === 1) return;
  }
}

