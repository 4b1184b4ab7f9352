import { describe, expect, it, vi } from 'vitest';

import { TestOrder } from './members_in_memory';
import { TestRoom } from './session_in_memory';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

describe('people who come to a meeting', () => {
  it('are in one group, and each sees that the others are', async () => {
    const room = await TestRoom.of(3);
    await room.pass(1_000);
    expect(room.attendees.map(({ session }) => session.state.value.kind)).toEqual([
      'member',
      'member',
      'member',
    ]);
    expect(await room.groups()).toBe(1);
    expect(room.attendees.map(({ session }) => session.ready.value.size)).toEqual([2, 2, 2]);
    expect(room.attendees.flatMap(({ notices }) => notices)).toEqual([]);
  });

  it('read each other', async () => {
    const room = await TestRoom.of(3);
    // One after the other: at the same time either may be first.
    room.say(0, 'hello');
    await room.settle();
    room.say(2, 'good morning');
    await room.pass(500);
    expect(room.chatOf(1)).toEqual(['hello', 'good morning']);
    expect(room.chatOf(0)).toEqual(['good morning']);
    expect(room.chatOf(2)).toEqual(['hello']);
  });
});

describe('how far the others have come', () => {
  it('is the epoch that each has signed last, of who lags behind, too', async () => {
    const room = await TestRoom.of(3);
    await room.pass(2_000);
    const [ana, ben, cem] = [room.person(0), room.person(1), room.person(2)];
    const before = ana.session.view.value?.epoch ?? -1;
    const deliver = room.server.deliver.bind(room.server);
    room.server.deliver = (channel, entry) => {
      if (channel.identity !== cem.leafKey.identity) deliver(channel, entry);
    };
    const refreshed = ana.session.refresh();
    await room.pass(2_000);
    await refreshed;
    expect(ana.session.ready.value).toEqual(new Set([ben.leafKey.identity]));
    expect(ana.session.reached.value).toEqual(
      new Map([
        [ben.leafKey.identity, before + 1],
        [cem.leafKey.identity, before],
      ]),
    );
  });
});

describe('who comes while others talk', () => {
  it('passes over what was said before their time, and takes nobody for a stranger', async () => {
    const order = await TestOrder.of(2);
    const { message } = await order.member(0).keys.seal('chat', new Uint8Array(1));
    await order.join();
    const read = await order.deliver(message);
    expect(read.map(({ kind }) => kind)).toEqual(['own-message', 'message', 'unreadable']);
    expect(read[2]).toEqual({ kind: 'unreadable', why: 'too-old' });
  });
});
