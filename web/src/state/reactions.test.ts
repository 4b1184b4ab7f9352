import { describe, expect, it } from 'vitest';

import { encodeReaction } from '../e2ee/talk/reaction_body';
import { BUNDLE_MS } from './announcements';
import { CALM_MS, SHOWN_MS } from './reactions';
import { TalkInMemory, type TalkingDevice } from './talk_in_memory';

function setUp() {
  const meeting = new TalkInMemory();
  const [ana, bo] = [meeting.come('ana'), meeting.come('bo')];
  meeting.deliver();
  return { meeting, ana, bo };
}

function over({ talk }: TalkingDevice, identity: string): string | undefined {
  return talk.reactions.shown.value.get(identity)?.emoji;
}

describe('reactions', () => {
  it('are over one’s tile at once, over it on the others’ screens, and gone after five seconds', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.reactions.react('👏');
    expect(over(ana, 'ana')).toBe('👏');
    meeting.deliver();
    expect(over(bo, 'ana')).toBe('👏');
    meeting.clock.pass(SHOWN_MS);
    expect(over(ana, 'ana')).toBeUndefined();
    expect(over(bo, 'ana')).toBeUndefined();
  });

  it('start anew when somebody reacts again', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.reactions.react('👏');
    meeting.deliver();
    meeting.clock.pass(SHOWN_MS - 1);
    ana.talk.reactions.react('😂');
    meeting.deliver();
    meeting.clock.pass(SHOWN_MS - 1);
    expect(over(bo, 'ana')).toBe('😂');
    meeting.clock.pass(1);
    expect(over(bo, 'ana')).toBeUndefined();
  });

  it('don’t flash, however fast somebody sends them', () => {
    const { meeting, ana, bo } = setUp();
    let changes = -1;
    bo.talk.reactions.shown.subscribe(() => (changes += 1));
    for (let time = 0; time < 1_000; time += 50) {
      const emoji = time % 100 === 0 ? '👍' : '👎';
      meeting.enter(ana, 'reaction', encodeReaction({ kind: 'shown', emoji }));
      meeting.clock.pass(50);
    }
    expect(changes).toBe(1_000 / CALM_MS);
  });

  it('are read out together', () => {
    const { meeting, ana, bo } = setUp();
    const li = meeting.come('li');
    meeting.clock.pass(1_000);
    meeting.deliver();
    ana.talk.reactions.react('👏');
    bo.talk.reactions.react('🎉');
    meeting.deliver();
    meeting.clock.pass(BUNDLE_MS);
    expect(li.told).toEqual([{ kind: 'reacted', names: ['ANA', 'BO'], emoji: ['👏', '🎉'] }]);
  });

  it('leave nothing that waits when the call is over', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.reactions.react('👏');
    meeting.deliver();
    for (const { talk } of [ana, bo]) talk.close();
    expect(meeting.clock.waiting).toBe(0);
  });
});
