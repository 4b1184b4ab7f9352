import { describe, expect, it } from 'vitest';

import { encodePresence } from '../e2ee/talk/name_body';
import { BUNDLE_MS } from './announcements';
import { RETELL_EACH_MS, RETELL_MS } from './names';
import { TalkInMemory, type TalkingDevice } from './talk_in_memory';

function setUp() {
  const meeting = new TalkInMemory();
  const [ana, bo, li] = [meeting.come('ana'), meeting.come('bo'), meeting.come('li')];
  settle(meeting);
  return { meeting, ana, bo, li };
}

/** Lets everybody say who they are to those who came. */
function settle(meeting: TalkInMemory): void {
  meeting.deliver();
  meeting.clock.pass(RETELL_MS + 10 * RETELL_EACH_MS);
  meeting.deliver();
}

function row({ talk }: TalkingDevice): readonly string[] {
  return talk.hands.raised.value;
}

describe('raised hands', () => {
  it('are in one order on all devices: that in which they came to stand', () => {
    const { meeting, ana, bo, li } = setUp();
    li.talk.hands.toggle();
    ana.talk.hands.toggle();
    expect(li.talk.hands.own.value).toEqual({ isUp: true, isWaiting: true });
    expect(row(li)).toEqual([]);
    meeting.deliver();
    bo.talk.hands.toggle();
    meeting.deliver();
    for (const one of [ana, bo, li]) expect(row(one)).toEqual(['li', 'ana', 'bo']);
    expect(bo.told.at(-1)).toEqual({ kind: 'own-hand', isUp: true, turn: 3 });
    li.talk.hands.toggle();
    meeting.deliver();
    for (const one of [ana, bo, li]) expect(row(one)).toEqual(['ana', 'bo']);
  });

  it('are told to who comes later, in the same order', () => {
    const { meeting, ana, bo, li } = setUp();
    li.talk.hands.toggle();
    ana.talk.hands.toggle();
    meeting.deliver();
    const noor = meeting.come('noor');
    settle(meeting);
    expect(row(noor)).toEqual(['li', 'ana']);
    noor.talk.hands.toggle();
    meeting.deliver();
    for (const one of [ana, bo, li, noor]) expect(row(one)).toEqual(['li', 'ana', 'noor']);
  });

  it('that go up or down while somebody is told who is here stay where they were put', () => {
    const { meeting, ana, bo } = setUp();
    for (const expected of [['bo'], []]) {
      const noor = meeting.come(`noor ${String(expected.length)}`);
      meeting.deliver();
      bo.talk.hands.toggle();
      meeting.clock.pass(RETELL_MS + 10 * RETELL_EACH_MS);
      settle(meeting);
      for (const one of [ana, bo, noor]) expect(row(one)).toEqual(expected);
    }
  });

  it('of those who leave go with them, and keep their place when they come back', () => {
    const { meeting, ana, bo, li } = setUp();
    for (const one of [ana, bo]) one.talk.hands.toggle();
    meeting.deliver();
    meeting.go(ana);
    expect(row(li)).toEqual(['bo']);
    meeting.comeBack(ana);
    settle(meeting);
    for (const one of [ana, bo, li]) expect(row(one)).toEqual(['ana', 'bo']);
  });

  // Somebody could sign a place before the others' once these have waited for a while.
  it('don’t overtake others by claiming an earlier place', () => {
    const { meeting, ana, bo, li } = setUp();
    ana.talk.hands.toggle();
    meeting.deliver();
    for (const handPlace of [103, 10_000, Number.MAX_SAFE_INTEGER]) {
      meeting.enter(bo, 'presence', encodePresence({ name: 'BO', handPlace }));
      expect(row(li)).toEqual(['ana', 'bo']);
    }
  });

  it('that the server refuses are down again', () => {
    const { meeting, ana } = setUp();
    ana.talk.hands.toggle();
    meeting.refuse();
    expect(ana.talk.hands.own.value).toEqual({ isUp: false, isWaiting: false });
    expect(ana.told.at(-1)).toEqual({ kind: 'unsent' });
  });

  it('are read out together, and not when they are down again at once', () => {
    const { meeting, ana, bo, li } = setUp();
    for (const one of [ana, bo]) one.talk.hands.toggle();
    meeting.deliver();
    meeting.clock.pass(BUNDLE_MS);
    expect(li.told.at(-1)).toEqual({ kind: 'raised', names: ['ANA', 'BO'] });
    const before = li.told.length;
    ana.talk.hands.toggle();
    meeting.deliver();
    ana.talk.hands.toggle();
    meeting.deliver();
    meeting.clock.pass(BUNDLE_MS);
    expect(li.told).toHaveLength(before);
  });
});
