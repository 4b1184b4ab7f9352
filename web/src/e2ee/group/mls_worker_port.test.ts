import { MessageChannel } from 'node:worker_threads';

import { afterEach, describe, expect, it } from 'vitest';

import { encodeUtf8, randomBytes } from '../../protocol/bytes';
import { identityOf } from '../../protocol/derivation';
import { GroupInfoError, type GroupKeys } from './group_keys';
import { NO_ACTS } from './commit_data';
import { TestMeeting } from './members_in_memory';
import { MlsGroup } from './mls_group';
import { GROUP_METHODS, keysInWorker, serveKeys, type Port } from './mls_worker_port';

const channels: MessageChannel[] = [];

afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

async function remoteKeys(meeting: TestMeeting): Promise<GroupKeys> {
  const channel = new MessageChannel();
  channels.push(channel);
  serveKeys(channel.port1 as unknown as Port, (material) => MlsGroup.open(material, () => 0));
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return keysInWorker(channel.port2 as unknown as Port, {
    kind: 'open',
    material: { secrets: meeting.secrets, hostKey: meeting.host.publicKey, maxMembers: 200 },
    leaf: { privateKey: pair.privateKey, publicKey, identity: await identityOf(publicKey) },
  });
}

describe('group keys in a worker', () => {
  it('do what they do without one', async () => {
    const meeting = await TestMeeting.make();
    const [ana, ben] = [await remoteKeys(meeting), await remoteKeys(meeting)];
    const { groupInfo } = await ana.create();
    const prepared = await ben.prepareJoin({ groupInfo, actHead: NO_ACTS });
    expect(await ana.process(prepared.message, 1)).toMatchObject({ kind: 'commit', isOwn: false });
    expect(await ben.process(prepared.message, 1)).toMatchObject({ kind: 'commit', isOwn: true });
    const { message } = await ana.seal('chat', encodeUtf8('hello'));
    expect(await ben.process(message, 2)).toMatchObject({ kind: 'message', type: 'chat' });
    const [one, other] = await Promise.all([ana.view(), ben.view()]);
    expect(one?.epochAuthenticator).toEqual(other?.epochAuthenticator);
    await ana.close();
    expect(await ana.view()).toBeUndefined();
  });

  it('tell a bad GroupInfo from other trouble', async () => {
    const keys = await remoteKeys(await TestMeeting.make());
    const offer = { groupInfo: randomBytes(50), actHead: NO_ACTS };
    await expect(keys.prepareJoin(offer)).rejects.toThrow(GroupInfoError);
    await expect(keys.seal('chat', encodeUtf8('nobody'))).rejects.toThrow('Not a member.');
  });

  it('have every call that there is', async () => {
    const { keys } = await (await TestMeeting.make()).person();
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(keys));
    expect([...GROUP_METHODS].sort()).toEqual(methods.filter((one) => one !== 'constructor').sort());
  });
});
