import { describe, expect, it } from 'vitest';

import type { FrameReport, SlotReport } from '../e2ee/frames/frame_tally';
import { slotOf, type Slot, type SlotName } from '../e2ee/frames/slot';
import { encodeCounters, parseCounters } from '../e2ee/frames/slot_counters';
import type { Member } from '../e2ee/group/group_keys';
import { HandClock } from '../observable/hand_clock';
import { COUNT_MS, DeliveryModel } from './delivery';

const ANA: Member = { index: 1, identity: 'ana', leafKey: new Uint8Array(32), isHost: false };

function setUp() {
  const clock = new HandClock();
  const told: string[] = [];
  const facts = { sent: [0, 0, 0, 0], came: new Map<SlotName, number>(), shown: true };
  const report = (): Promise<FrameReport> => {
    const received: SlotReport[] = [...facts.came].map(([name, frames]) => ({
      ...{ identity: 'ana', slot: slotOf(name), frames, counter: frames },
    }));
    return Promise.resolve({ sent: facts.sent, received } as unknown as FrameReport);
  };
  const model = new DeliveryModel({
    clock,
    report,
    send: (body) => told.push([...(parseCounters(body) ?? [])].join(' ')) > 0,
    isWanted: (_, slot) => slot === 'microphone' || facts.shown,
  });
  const anaHasSent = (sound: number, pictures: number): Promise<void> => {
    const counters = new Map<Slot, number>([
      [slotOf('microphone'), sound],
      [slotOf('camera'), pictures],
    ]);
    return model.take({ from: ANA, body: encodeCounters(counters) });
  };
  return { anaHasSent, clock, facts, model, told };
}

describe('what does not arrive', () => {
  it('is said of whom it is, and not any more when it comes', async () => {
    const { anaHasSent, facts, model } = setUp();
    facts.came = new Map([
      ['microphone', 480],
      ['camera', 290],
    ]);
    await anaHasSent(500, 300);
    expect([...model.undelivered.value]).toEqual([]);
    facts.came.set('camera', 590);
    await anaHasSent(1_000, 600);
    expect([...model.undelivered.value]).toEqual([['ana', ['microphone']]]);
    facts.came.set('microphone', 481);
    await anaHasSent(1_500, 900);
    expect([...model.undelivered.value]).toEqual([['ana', ['camera']]]);
  });

  it('is nothing where pictures are not shown, or were not all the time', async () => {
    const { anaHasSent, facts, model } = setUp();
    facts.shown = false;
    await anaHasSent(0, 300);
    await anaHasSent(0, 600);
    facts.shown = true;
    await anaHasSent(0, 900);
    expect(model.undelivered.value.size).toBe(0);
    await anaHasSent(0, 1_200);
    expect([...model.undelivered.value]).toEqual([['ana', ['camera']]]);
  });

  it('is nothing when hardly anything was sent, and forgotten with who sent it', async () => {
    const { anaHasSent, model } = setUp();
    await anaHasSent(100, 0);
    await anaHasSent(119, 0);
    expect(model.undelivered.value.size).toBe(0);
    await anaHasSent(139, 0);
    expect(model.undelivered.value.size).toBe(1);
    model.keepOnly(new Set(['ben']));
    expect(model.undelivered.value.size).toBe(0);
  });

  it('is not what somebody writes that is no count', async () => {
    const { anaHasSent, model } = setUp();
    await anaHasSent(100, 0);
    for (const body of [[], [2, 0], [1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0]]) {
      await model.take({ from: ANA, body: Uint8Array.from(body) });
    }
    await anaHasSent(200, 0);
    expect([...model.undelivered.value]).toEqual([['ana', ['microphone']]]);
  });
});

describe('what one sends', () => {
  it('is signed every ten seconds, while it grows', async () => {
    const { clock, facts, model, told } = setUp();
    const pass = async (): Promise<void> => {
      clock.pass(COUNT_MS);
      await Promise.resolve();
      await Promise.resolve();
    };
    facts.sent = [500, 0, 0, 0];
    await pass();
    await pass();
    facts.sent = [900, 0, 30, 0];
    await pass();
    expect(told).toEqual(['0,500', '0,900 2,30']);
    model.close();
    expect(clock.waiting).toBe(0);
  });
});
