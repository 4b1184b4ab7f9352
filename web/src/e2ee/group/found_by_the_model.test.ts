import { describe, expect, it, vi } from 'vitest';

import { encodeBase64url } from '../../protocol/bytes';
import { makeLeafKey } from '../leaf_key';
import { signGrant } from './commit_data';
import { FIRST_STATE, makeAct } from './host_acts';
import { TestOrder } from './members_in_memory';
import { LOST_AFTER_MS } from './membership_rules';
import { TestRoom, type Attendee } from './session_in_memory';

// Each of these is a way that the checker found through the rules (docs/explanation/group.md).
vi.setConfig({ testTimeout: 60_000 });

/** The same for everybody who is in one epoch. */
async function markOf({ keys }: Attendee): Promise<string | undefined> {
  const view = await keys.view();
  return view && encodeBase64url(view.epochAuthenticator);
}

describe('somebody malicious', () => {
  it('does not silence the acts for a joiner by a history that leads nowhere', async () => {
    const room = await TestRoom.of(2);
    const { secrets, host } = room.meeting;
    const led = await room.come({ hostSigner: host });
    await room.pass(3_000);
    const act = { kind: 'lock', isOn: false } as const;
    await led.session.act(async () => ({
      sealed: await makeAct(secrets, FIRST_STATE, act, host),
      isRemoval: false,
    }));
    const mal = room.person(0);
    // First in rank, so that it would be theirs to tell.
    mal.keys.history = () => Promise.resolve([]);
    const joiner = await room.come();
    for (let step = 0; step < 20; step += 1) {
      // A history of nothing, and one that is not whole, before anybody's turn has come.
      mal.session.send('history', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0));
      mal.session.send('history', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1));
      await room.pass(500);
    }
    expect(joiner.session.view.value?.acts).toMatchObject({ isComplete: true, count: 1 });
  });

  it('does not stay in an epoch with a joiner who learns that they were put out', async () => {
    const order = await TestOrder.of(3);
    const { meeting } = order;
    const { secrets, host } = meeting;
    const mal = order.member(2);
    const out = { kind: 'removal', leafKeys: [mal.leafKey.publicKey] } as const;
    const sealed = await makeAct(secrets, FIRST_STATE, out, host);
    await order.commit(await order.member(0).keys.prepareRemovalBy(sealed));
    order.drop(mal);
    const joiner = await meeting.person();
    const granted = { leafKey: joiner.leafKey.publicKey, role: 0, untilEpoch: 20 };
    await order.join(joiner, await signGrant(secrets.groupId, granted, host));
    // The joiner does not know the acts yet, and so can't tell that this one was put out.
    const again = await meeting.person(mal.leafKey);
    const { groupInfo, actHead } = order;
    const { message } = await again.keys.prepareJoin({ groupInfo, actHead });
    const taken = await order.deliver(message);
    expect(taken.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'commit']);
    expect(await joiner.keys.learn([sealed])).toBe('too-late');
  });

  it('does not keep somebody in a fork who was let in and could not know that others may not come', async () => {
    const room = await TestRoom.open();
    const { secrets, host } = room.meeting;
    const ann = await room.come({ hostSigner: host });
    await room.pass(500);
    const ben = await room.come();
    await room.pass(2_000);
    await ann.session.act(async () => ({
      sealed: await makeAct(secrets, FIRST_STATE, { kind: 'ask-to-join', isOn: true }, host),
      isRemoval: false,
    }));
    await room.pass(1_000);
    const key = await makeLeafKey();
    const granted = { leafKey: key.publicKey, role: 0, untilEpoch: 50 };
    const deliver = room.server.deliver.bind(room.server);
    // What would tell her of the acts comes too late.
    room.server.deliver = (channel, entry) => {
      if (channel.identity !== key.identity || entry.type === 'commit') deliver(channel, entry);
    };
    const cat = await room.come({ grant: await signGrant(secrets.groupId, granted, host) }, key);
    await room.pass(1_000);
    const mal = await room.come();
    await room.pass(1_500);
    expect(await markOf(cat)).toBe(await markOf(mal));
    room.server.deliver = deliver;
    await room.pass(30_000);
    expect(new Set(await Promise.all([ann, ben, cat].map(markOf))).size).toBe(1);
    expect(ann.session.view.value?.roster.map(({ identity }) => identity)).not.toContain(
      mal.leafKey.identity,
    );
    expect(cat.notices).toContainEqual({ kind: 'joining-anew', why: 'apart' });
    expect(ann.notices.filter(({ kind }) => kind === 'joining-anew')).toEqual([]);
  });
});

describe('who comes back after a while', () => {
  it('does not take everybody for lost whom they could not hear', async () => {
    const order = await TestOrder.of(3);
    const [first, second, back] = [0, 1, 2].map((at) => order.member(at));
    if (first === undefined || second === undefined || back === undefined) throw new Error('nobody');
    await order.deliver((await first.keys.seal('chat', new Uint8Array(1))).message);
    order.meeting.nowMs += LOST_AFTER_MS + 1_000;
    expect(await back.keys.prepareRemoval({ kind: 'lost' })).toBeDefined();
    await back.keys.returned();
    expect(await back.keys.prepareRemoval({ kind: 'lost' })).toBeUndefined();
  });
});

describe('who takes somebody for lost', () => {
  it('refuses their own commit like everybody else when a sign of life comes before it', async () => {
    const order = await TestOrder.of(3);
    const [first, second, third] = [0, 1, 2].map((at) => order.member(at));
    if (first === undefined || second === undefined || third === undefined) throw new Error('nobody');
    await order.deliver((await first.keys.seal('chat', new Uint8Array(1))).message);
    order.meeting.nowMs += LOST_AFTER_MS + 1_000;
    await order.deliver((await second.keys.seal('chat', new Uint8Array(1))).message);
    const removal = await first.keys.prepareRemoval({ kind: 'lost' });
    if (removal === undefined) throw new Error('nobody is lost');
    await order.deliver((await third.keys.seal('chat', new Uint8Array(1))).message);
    const taken = await order.commit(removal);
    expect(taken).toEqual(Array(3).fill({ kind: 'refused', why: 'not-lost' }));
    const views = await Promise.all(order.members.map(({ keys }) => keys.view()));
    const marks = views.map((view) => view && encodeBase64url(view.epochAuthenticator));
    expect(new Set(marks).size).toBe(1);
  });
});
