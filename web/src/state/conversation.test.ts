import { describe, expect, it, vi } from 'vitest';

import { encodeChat } from '../e2ee/talk/chat_body';
import { encodeName } from '../e2ee/talk/name_body';
import { HandClock } from '../observable/hand_clock';
import { BUNDLE_MS } from './announcements';
import { ConversationDoor } from './conversation_door';
import { GroupModel } from './group';
import { GroupInMemory } from './group_in_memory';
import type { TalkAnnouncement } from './talk_announcements';
import { TalkInMemory } from './talk_in_memory';

function say(text: string): ReturnType<typeof encodeChat> {
  return encodeChat({ kind: 'say', text, replyTo: undefined });
}

describe('a conversation', () => {
  it('drops what is malformed, and counts it', () => {
    const meeting = new TalkInMemory();
    const [ana, bo] = [meeting.come('ana'), meeting.come('bo')];
    meeting.deliver();
    for (const type of ['chat', 'hand', 'reaction', 'name', 'presence'] as const) {
      meeting.enter(bo, type, Uint8Array.of(1, 99));
    }
    meeting.enter(bo, 'chat', say('\u200b'));
    expect(ana.talk.malformed).toBe(6);
    expect(ana.talk.chat.messages.value).toEqual([]);
    expect(ana.told).toEqual([]);
  });

  it('reads out one message whole, and several as a number', () => {
    const meeting = new TalkInMemory();
    const [ana, bo, li] = [meeting.come('ana'), meeting.come('bo'), meeting.come('li')];
    meeting.deliver();
    bo.talk.chat.write('Good morning');
    meeting.deliver();
    meeting.clock.pass(BUNDLE_MS);
    const one: TalkAnnouncement = { kind: 'wrote', names: ['BO'], count: 1, text: 'Good morning' };
    expect(ana.told).toEqual([one]);
    expect(bo.told).toEqual([]);
    for (const { talk } of [bo, li, bo]) talk.chat.write('x'.repeat(3_000));
    meeting.deliver();
    meeting.clock.pass(BUNDLE_MS);
    expect(ana.told.at(-1)).toMatchObject({ kind: 'wrote', names: ['BO', 'LI'], count: 3 });
    expect((ana.told.at(-1) as typeof one).text.length).toBeLessThanOrEqual(200);
  });
});

describe('what is loaded beside the call', () => {
  function setUp() {
    const [group, clock, door] = [new GroupInMemory(), new HandClock(), new ConversationDoor()];
    const model = new GroupModel({
      clock,
      open: group.open,
      nameOf: () => undefined,
      onNews: door.take,
      onFault: (error) => {
        throw error;
      },
    });
    const open = (): Promise<void> =>
      door.open({
        clock,
        send: (type, body) => model.say(type, body),
        view: model.view,
        wallNow: () => 0,
        ownName: () => 'Me',
        nameOf: () => undefined,
        say: () => undefined,
        onNamed: () => undefined,
      });
    return { group, door, open };
  }

  it('has what came before it was there, and tells one’s name', async () => {
    const { group, door, open } = setUp();
    group.setMembers(['me', 'ana'], 'me');
    group.hear('ana', 'name', encodeName('Ana'));
    group.hear('ana', 'chat', say('early'));
    await open();
    const talk = door.now.value;
    expect(talk?.chat.messages.value).toMatchObject([{ text: 'early', name: 'Ana' }]);
    expect(group.sent).toEqual([{ type: 'name', body: encodeName('Me') }]);
  });

  it('learns what became of what was sent here', async () => {
    const { group, door, open } = setUp();
    group.setMembers(['me', 'ana'], 'me');
    await open();
    group.land();
    const chat = door.now.value?.chat;
    chat?.write('taken');
    group.land();
    chat?.write('refused');
    group.land(true);
    expect(chat?.messages.value.map(({ delivery }) => delivery)).toEqual(['said', 'unsent']);
  });

  it('is not opened any more when the call was left meanwhile', async () => {
    const { door, open } = setUp();
    const opening = open();
    door.close();
    await opening;
    await vi.waitFor(() => {
      expect(door.now.value).toBeUndefined();
    });
  });
});
