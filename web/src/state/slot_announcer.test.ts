import { describe, expect, it } from 'vitest';

import { parseAnnouncement } from '../e2ee/frames/slot_announcement';
import { HandClock } from '../observable/hand_clock';
import { publicationOf } from './call_in_memory';
import { REPEAT_MS, SlotAnnouncer } from './slot_announcer';

function setUp() {
  const clock = new HandClock();
  const told: string[] = [];
  const channel = { isFull: false };
  const announcer = new SlotAnnouncer((body) => {
    if (!channel.isFull) told.push([...(parseAnnouncement(body) ?? [])].join(' '));
    return !channel.isFull;
  }, clock);
  return { announcer, channel, clock, told };
}

const CAMERA = publicationOf('me', 'camera');
const SCREEN = publicationOf('me', 'screen');

describe('what one publishes', () => {
  it('is told when it changes, and not for the sake of telling', () => {
    const { announcer, told } = setUp();
    announcer.published([]);
    announcer.published([CAMERA]);
    announcer.published([{ ...CAMERA, isMuted: true }]);
    announcer.published([CAMERA, SCREEN]);
    announcer.published([]);
    expect(told).toEqual([`1,${CAMERA.id}`, `1,${CAMERA.id} 2,${SCREEN.id}`, '']);
  });

  it('is told who comes, once for all who come at once', () => {
    const { announcer, clock, told } = setUp();
    announcer.repeat();
    expect(told).toEqual([]);
    announcer.published([CAMERA]);
    clock.pass(REPEAT_MS);
    for (let coming = 0; coming < 20; coming += 1) announcer.repeat();
    expect(told).toHaveLength(2);
    clock.pass(REPEAT_MS);
    expect(told).toHaveLength(3);
    clock.pass(60_000);
    expect(told).toHaveLength(3);
  });

  it('is told later when too much waits to be sent', () => {
    const { announcer, channel, clock, told } = setUp();
    channel.isFull = true;
    announcer.published([CAMERA]);
    clock.pass(REPEAT_MS);
    channel.isFull = false;
    clock.pass(REPEAT_MS);
    expect(told).toEqual([`1,${CAMERA.id}`]);
    announcer.close();
    expect(clock.waiting).toBe(0);
  });
});
