import {
  createCommit,
  createGroup,
  joinGroup,
  makePskIndex,
  emptyPskIndex,
  processMessage,
  type CiphersuiteImpl,
  type ClientConfig,
  type ClientState,
  type Proposal,
} from 'ts-mls';
import { describe, expect, it, vi } from 'vitest';

import { encodeBase64url } from '../../protocol/bytes';
import { makeLeafKey } from '../leaf_key';
import { MembershipCheck } from './credential';
import { makeKeyPackage } from './key_package';
import { TestMeeting } from './members_in_memory';
import { configFor } from './mls_state';
import { suiteFor } from './mls_suite';
import { Verifier } from './verification';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

interface Device {
  readonly suite: CiphersuiteImpl;
  state: ClientState;
}

// Groups here grow by Welcome, which no meeting does: only so leaves are unmerged, which ts-mls 1.6.4
// takes for a broken tree. `patches/ts-mls-1.6.4.patch` is what these joins need; without it runs 2
// and 4 fail.
describe('a tree with leaves that are not merged yet', () => {
  it.each([1, 2, 3, 4])('is joined, whoever added and removed before (run %i)', async (run) => {
    const meeting = await TestMeeting.make();
    const config = configFor(new MembershipCheck(meeting.secrets));
    const devices: Device[] = [await creator(meeting, config)];
    for (let step = 0; step < 14; step += 1) {
      const by = devices[(step * 7 + run) % devices.length];
      if (by === undefined) throw new Error('nobody');
      const isRemoval = devices.length > 4 && (step + run) % 4 === 0;
      await (isRemoval ? remove(devices, by, (step + run) % devices.length) : add(meeting, config, devices, by));
      const seen = devices.map(({ state }) => encodeBase64url(state.keySchedule.epochAuthenticator));
      expect(new Set(seen).size).toBe(1);
    }
  });
});

async function creator(meeting: TestMeeting, config: ClientConfig): Promise<Device> {
  const leafKey = await makeLeafKey();
  const suite = await suiteFor(leafKey, new Verifier());
  const { publicPackage, privatePackage } = await makeKeyPackage(meeting.secrets, leafKey, suite);
  const { groupId } = meeting.secrets;
  const state = await createGroup(groupId, publicPackage, privatePackage, [], suite, config);
  return { suite, state };
}

async function add(
  meeting: TestMeeting,
  config: ClientConfig,
  devices: Device[],
  by: Device,
): Promise<void> {
  const leafKey = await makeLeafKey();
  const suite = await suiteFor(leafKey, new Verifier());
  const keys = await makeKeyPackage(meeting.secrets, leafKey, suite);
  const proposal: Proposal = { proposalType: 'add', add: { keyPackage: keys.publicPackage } };
  const welcome = await commit(devices, by, proposal);
  if (welcome === undefined) throw new Error('no welcome');
  const { publicPackage, privatePackage } = keys;
  const tree = by.state.ratchetTree;
  const psks = makePskIndex(undefined, {});
  const state = await joinGroup(
    welcome,
    publicPackage,
    privatePackage,
    psks,
    suite,
    tree,
    undefined,
    config,
  );
  devices.push({ suite, state });
}

async function remove(devices: Device[], by: Device, at: number): Promise<void> {
  const gone = devices[at];
  if (gone === undefined || gone === by) {
    return;
  }
  devices.splice(at, 1);
  const removed = gone.state.privatePath.leafIndex;
  await commit(devices, by, { proposalType: 'remove', remove: { removed } });
}

async function commit(
  devices: readonly Device[],
  by: Device,
  proposal: Proposal,
): Promise<Awaited<ReturnType<typeof createCommit>>['welcome']> {
  const result = await createCommit(
    { state: by.state, cipherSuite: by.suite },
    { wireAsPublicMessage: true, extraProposals: [proposal] },
  );
  if (result.commit.wireformat !== 'mls_public_message') throw new Error('not public');
  for (const device of devices.filter((one) => one !== by)) {
    const accept = (): 'accept' => 'accept';
    const { commit: message } = result;
    const { newState } = await processMessage(message, device.state, emptyPskIndex, accept, device.suite);
    device.state = newState;
  }
  by.state = result.newState;
  return result.welcome;
}
