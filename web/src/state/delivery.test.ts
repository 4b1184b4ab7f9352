import { describe, expect, it } from 'vitest';

import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import type { Participant } from '../session/call';
import { participantOf, publicationOf } from './call_in_memory';
import { COUNT_MS, DeliveryModel, Wanted } from './delivery';
import { MediaInMemory } from './media_in_memory';

function setUp() {
  const clock = new HandClock();
  const media = new MediaInMemory();
  const facts = { isShown: true };
  const isWanted = (_: string, slot: string): boolean => slot === 'microphone' || facts.isShown;
  const model = new DeliveryModel({ clock, media, isWanted });
  /** Ana counts as often as she should. */
  const anaCounts: MediaInMemory['anaSigns'] = async (sent) => {
    clock.pass(COUNT_MS);
    await media.anaSigns(sent);
  };
  return { anaCounts, clock, facts, media, model };
}

describe('what does not arrive', () => {
  it('is said of whom it is after two counts, and not any more when it comes', async () => {
    const { anaCounts, media, model } = setUp();
    media.came.set('microphone', 480).set('camera', 290);
    await anaCounts({ microphone: 500, camera: 300 });
    media.came.set('camera', 590);
    await anaCounts({ microphone: 1_000, camera: 600 });
    expect([...model.undelivered.value]).toEqual([]);
    media.came.set('camera', 890);
    await anaCounts({ microphone: 1_500, camera: 900 });
    expect([...model.undelivered.value]).toEqual([['ana', ['microphone']]]);
    media.came.set('microphone', 481).set('camera', 1_190);
    await anaCounts({ microphone: 2_000, camera: 1_200 });
    expect([...model.undelivered.value]).toEqual([]);
  });

  it('is nothing where pictures are not shown, or were not all the time', async () => {
    const { anaCounts, facts, model } = setUp();
    facts.isShown = false;
    for (const camera of [300, 600, 900]) await anaCounts({ camera });
    facts.isShown = true;
    for (const camera of [1_200, 1_500]) await anaCounts({ camera });
    expect(model.undelivered.value.size).toBe(0);
    await anaCounts({ camera: 1_800 });
    expect([...model.undelivered.value]).toEqual([['ana', ['camera']]]);
  });

  it('is nothing when hardly anything was sent, and forgotten with who sent it', async () => {
    const { anaCounts, model } = setUp();
    for (const microphone of [100, 119, 138]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(0);
    for (const microphone of [158, 178]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(1);
    model.keepOnly(new Set(['ben']));
    expect(model.undelivered.value.size).toBe(0);
  });

  it('is counted anew after trouble with one’s own connection', async () => {
    const { anaCounts, model } = setUp();
    for (const microphone of [100, 200]) await anaCounts({ microphone });
    model.startAnew();
    for (const microphone of [300, 400]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(0);
    await anaCounts({ microphone: 500 });
    expect(model.undelivered.value.size).toBe(1);
  });

  it('is not said because somebody counts in haste', async () => {
    const { clock, media, model } = setUp();
    for (let microphone = 100; microphone < 1_000; microphone += 100) {
      void media.anaSigns({ microphone });
    }
    await media.anaSigns({ microphone: 1_000 });
    expect(model.undelivered.value.size).toBe(0);
    for (const microphone of [1_100, 1_200]) {
      clock.pass(0.79 * COUNT_MS);
      await media.anaSigns({ microphone });
    }
    expect(model.undelivered.value.size).toBe(0);
    clock.pass(0.81 * COUNT_MS);
    await media.anaSigns({ microphone: 1_300 });
    expect([...model.undelivered.value]).toEqual([['ana', ['microphone']]]);
  });

  it('is not said of who has gone while it was looked at', async () => {
    const { anaCounts, clock, media, model } = setUp();
    for (const microphone of [100, 200]) await anaCounts({ microphone });
    clock.pass(COUNT_MS);
    const said = media.anaSigns({ microphone: 300 });
    model.keepOnly(new Set());
    await said;
    expect(model.undelivered.value.size).toBe(0);
  });

  it('is not put on the server while nothing can be opened here', async () => {
    const { anaCounts, media, model } = setUp();
    for (const microphone of [100, 200, 300]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(1);
    media.isBroken.set(true);
    expect(model.undelivered.value.size).toBe(0);
    for (const microphone of [400, 500, 600]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(0);
    media.isBroken.set(false);
    for (const microphone of [700, 800]) await anaCounts({ microphone });
    expect(model.undelivered.value.size).toBe(0);
    await anaCounts({ microphone: 900 });
    expect(model.undelivered.value.size).toBe(1);
  });

  it('is not what somebody writes that is no count', async () => {
    const { anaCounts, media, model } = setUp();
    await anaCounts({ microphone: 100 });
    for (const body of [[], [2, 0], [1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0]]) {
      await media.hear(Uint8Array.from(body));
    }
    for (const microphone of [200, 300]) await anaCounts({ microphone });
    expect([...model.undelivered.value]).toEqual([['ana', ['microphone']]]);
  });
});

describe('what one sends', () => {
  it('is signed every ten seconds, while it grows', async () => {
    const { clock, media, model } = setUp();
    const pass = async (): Promise<void> => {
      clock.pass(COUNT_MS);
      await Promise.resolve();
      await Promise.resolve();
    };
    media.sent = [500, 0, 0, 0];
    await pass();
    await pass();
    media.sent = [900, 0, 30, 0];
    await pass();
    expect(media.signed).toEqual(['0,500', '0,900 2,30']);
    model.close();
    expect(clock.waiting).toBe(0);
  });
});

describe('what is wanted', () => {
  it('is all sound that is on, and pictures that are shown', () => {
    const camera = publicationOf('ana', 'camera');
    const microphone = publicationOf('ana', 'microphone');
    const people = new Subject<readonly Participant[]>([
      participantOf('ana', { publications: [camera, microphone] }),
      participantOf('ben', { publications: [{ ...publicationOf('ben', 'microphone'), isMuted: true }] }),
    ]);
    const wanted = new Wanted(people);
    expect(wanted.has('ana', 'microphone')).toBe(true);
    expect(wanted.has('ana', 'camera')).toBe(false);
    wanted.shown(camera.id, true);
    expect(wanted.has('ana', 'camera')).toBe(true);
    wanted.shown(camera.id, false);
    expect(wanted.has('ana', 'camera')).toBe(false);
    expect(wanted.has('ben', 'microphone')).toBe(false);
    expect(wanted.has('nobody', 'microphone')).toBe(false);
  });
});
