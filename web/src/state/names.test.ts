import { describe, expect, it } from 'vitest';

import { encodeName } from '../e2ee/talk/name_body';
import { RETELL_EACH_MS, RETELL_MS } from './names';
import { TalkInMemory } from './talk_in_memory';

const LONG_MS = RETELL_MS + 500 * RETELL_EACH_MS;

describe('names', () => {
  it('are what each has signed, also for who comes later', () => {
    const meeting = new TalkInMemory();
    const ana = meeting.come('ana');
    meeting.deliver();
    const bo = meeting.come('bo');
    meeting.deliver();
    expect(ana.talk.nameOf('bo')).toBe('BO');
    expect(bo.talk.nameOf('ana')).toBeUndefined();
    meeting.clock.pass(RETELL_MS);
    meeting.deliver();
    expect(bo.talk.nameOf('ana')).toBe('ANA');
  });

  it('are said again once for many who come, one after the other', () => {
    const meeting = new TalkInMemory();
    const first = Array.from({ length: 20 }, (_, at) => meeting.come(`early ${String(at)}`));
    meeting.clock.pass(LONG_MS);
    meeting.deliver();
    for (let count = 0; count < 5; count += 1) meeting.come(`late ${String(count)}`);
    meeting.deliver();
    let most = 0;
    let all = 0;
    for (let time = 0; time < LONG_MS; time += 1_000) {
      meeting.clock.pass(1_000);
      most = Math.max(most, meeting.waiting.length);
      all += meeting.waiting.length;
      meeting.deliver();
    }
    expect(most).toBeLessThanOrEqual(20);
    // Each of the first once, and those who were followed by others.
    expect(all).toBe(first.length + 4);
  });

  it('stay known of who has left, as what they wrote is still there', () => {
    const meeting = new TalkInMemory();
    const [ana, bo] = [meeting.come('ana'), meeting.come('bo')];
    meeting.deliver();
    meeting.go(bo);
    expect(ana.talk.nameOf('bo')).toBe('BO');
  });

  it('that nothing is seen of, or that turn what follows, are none or plain', () => {
    const meeting = new TalkInMemory();
    const [ana, bo] = [meeting.come('ana'), meeting.come('bo')];
    meeting.deliver();
    meeting.enter(bo, 'name', encodeName('\u200b\u3164'));
    expect(ana.talk.nameOf('bo')).toBe('BO');
    expect(ana.talk.malformed).toBe(1);
    meeting.enter(bo, 'name', encodeName('\u202eob\nx'));
    expect(ana.talk.nameOf('bo')).toBe('ob x');
  });
});
