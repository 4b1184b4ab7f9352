import { expect, it, vi } from 'vitest';

import type { HandClock } from '../../observable/hand_clock';
import { DeliveryInMemory, type MemoryChannel } from './delivery_in_memory';
import { TestRoom } from './session_in_memory';

// A minute of a meeting is many steps, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** A server that answers nobody for a while. */
class DeafServer extends DeliveryInMemory {
  isDeaf = false;

  override receive(channel: MemoryChannel, fields: Record<string, unknown>): void {
    if (!this.isDeaf) {
      super.receive(channel, fields);
    } else if (fields['frame'] === 'hello') {
      channel.break();
    }
  }

  fall(): void {
    this.restart();
    this.isDeaf = true;
  }
}

async function roomOf(count: number): Promise<{ room: TestRoom; server: DeafServer }> {
  let made: DeafServer | undefined;
  const room = await TestRoom.of(count, (clock: HandClock) => (made = new DeafServer(clock)));
  if (made === undefined) throw new Error('no server');
  return { room, server: made };
}

function healthOf(room: TestRoom): string[] {
  return room.attendees.map(({ session }) => session.health.value.kind);
}

// Symptom: everybody was said to see another group after the server had been away. Cause: heartbeats
// waited, and were sealed in an epoch that they did not speak of. Who: anybody, by a short outage.
it('after an outage in which keys were changed nobody is said to see another group', async () => {
  const { room, server } = await roomOf(3);
  await room.pass(10_000);
  server.fall();
  await room.pass(25_000);
  const refreshed = [room.person(1), room.person(2)].map(({ session }) => session.refresh());
  server.isDeaf = false;
  const seen: string[] = [];
  for (let second = 0; second < 30; second += 1) {
    await room.pass(1_000);
    seen.push(...healthOf(room));
  }
  expect(await Promise.all(refreshed)).toEqual(['taken', 'taken']);
  expect(await room.groups()).toBe(1);
  expect(seen).not.toContain('diverged');
  expect(healthOf(room)).toEqual(Array(3).fill('well'));
});

// Symptom: a device was joining for ever. Cause: new keys were prepared while its own join was under way
// and took its place, so that it did not know its join when it came. Who: anybody, by a short outage.
it('new keys that are asked for while a device joins anew wait until it has', async () => {
  const { room, server } = await roomOf(2);
  const late = await room.come();
  await room.settle();
  server.fall();
  const refreshed = late.session.refresh();
  await room.pass(12_000);
  expect(late.notices.map(({ kind }) => kind)).toContain('joining-anew');
  server.isDeaf = false;
  await room.pass(15_000);
  expect(await refreshed).toBe('taken');
  expect(late.session.state.value.kind).toBe('member');
  expect(await room.groups()).toBe(1);
});

/** A server that takes one GroupInfo in a while. */
class SlowServer extends DeliveryInMemory {
  refused = 0;

  override receive(channel: MemoryChannel, fields: Record<string, unknown>): void {
    if (fields['frame'] === 'group_info' && this.refused < 2) {
      this.refused += 1;
      const { ref } = fields;
      const more = { group: this.stand(), act_head: this.actHead, retry_after_ms: 900 };
      channel.tell({ frame: 'refused', ref, why: 'too_soon', ...more });
      return;
    }
    super.receive(channel, fields);
  }
}

// Symptom: after somebody had been refused twice, people who came joined their fork, and were alone. Cause:
// a GroupInfo that came too soon was not sent again. Who: anybody who has the link.
it('a good GroupInfo that comes too soon comes again', async () => {
  const servers: SlowServer[] = [];
  const room = await TestRoom.of(2, (clock: HandClock) => {
    servers.push(new SlowServer(clock));
    return servers[0] ?? new SlowServer(clock);
  });
  const [server] = servers;
  if (server?.group === undefined) throw new Error('no group');
  server.append('commit', 'AAAA');
  server.group.epoch += 1;
  server.group.groupInfo = 'AAAA';
  await room.pass(4_000);
  expect(server.refused).toBe(2);
  expect(server.group.groupInfo).not.toBe('AAAA');
});
