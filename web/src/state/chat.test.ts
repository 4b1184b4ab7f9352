import { describe, expect, it } from 'vitest';

import { encodeChat, MAX_CHAT_CODE_POINTS } from '../e2ee/talk/chat_body';
import type { ChatMessage } from './chat_history';
import { MAX_MESSAGES } from './chat_history';
import { TalkInMemory, type TalkingDevice } from './talk_in_memory';

function setUp() {
  const meeting = new TalkInMemory();
  const [ana, bo] = [meeting.come('ana'), meeting.come('bo')];
  meeting.deliver();
  return { meeting, ana, bo };
}

function texts({ talk }: TalkingDevice): string[] {
  return talk.chat.messages.value.map(({ text }) => text);
}

function last({ talk }: TalkingDevice): ChatMessage {
  const message = talk.chat.messages.value.at(-1);
  if (message === undefined) throw new Error('no message');
  return message;
}

describe('the chat', () => {
  it('shows what one wrote at once, as not sent until it stands in the order', () => {
    const { meeting, ana, bo } = setUp();
    expect(ana.talk.chat.write('Good morning')).toBeUndefined();
    expect(last(ana)).toMatchObject({ text: 'Good morning', delivery: 'waiting', isOwn: true });
    expect(texts(bo)).toEqual([]);
    meeting.deliver();
    expect(last(ana).delivery).toBe('said');
    expect(last(bo)).toMatchObject({ text: 'Good morning', name: 'ANA', isOwn: false });
  });

  it('has one order on all devices, whatever was written first here', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('one');
    bo.talk.chat.write('two');
    ana.talk.chat.write('three');
    expect(texts(bo)).toEqual(['two']);
    meeting.deliver();
    expect(texts(ana)).toEqual(['one', 'two', 'three']);
    expect(texts(bo)).toEqual(['one', 'two', 'three']);
  });

  it('marks what the server refuses, and sends it again or gives it up', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('once');
    ana.talk.chat.write('twice');
    meeting.refuse();
    meeting.refuse();
    expect(ana.talk.chat.messages.value.map(({ delivery }) => delivery)).toEqual(['unsent', 'unsent']);
    expect(ana.told.at(-1)).toEqual({ kind: 'unsent' });
    const [once, twice] = ana.talk.chat.messages.value;
    ana.talk.chat.drop(once?.number ?? 0);
    ana.talk.chat.retry(twice?.number ?? 0);
    expect(last(ana).delivery).toBe('waiting');
    meeting.deliver();
    expect(texts(ana)).toEqual(['twice']);
    expect(texts(bo)).toEqual(['twice']);
  });

  it('marks what can’t even wait any more', () => {
    const { meeting, ana } = setUp();
    meeting.isFull = true;
    ana.talk.chat.write('too much');
    expect(last(ana).delivery).toBe('unsent');
  });

  it('says why nothing was written', () => {
    const { meeting, ana } = setUp();
    expect(ana.talk.chat.write(' \n\u200b')).toBe('empty');
    expect(ana.talk.chat.write('a'.repeat(MAX_CHAT_CODE_POINTS + 1))).toBe('too-long');
    meeting.go(ana);
    expect(ana.talk.chat.write('hello')).toBe('not-a-member');
    expect(texts(ana)).toEqual([]);
  });

  it('shows newcomers what is said since they came, and what answers older things as such', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('before');
    meeting.deliver();
    const li = meeting.come('li');
    bo.talk.chat.write('after', last(bo));
    meeting.deliver();
    expect(texts(li)).toEqual(['after']);
    expect(last(li).replyTo).toBeDefined();
    expect(li.talk.chat.answered(last(li))).toBeUndefined();
    expect(ana.talk.chat.answered(last(ana))?.text).toBe('before');
  });

  it('takes a text of others apart from what turns, hides and piles up', () => {
    const { meeting, ana, bo } = setUp();
    const body = encodeChat({ kind: 'say', text: '\u202egnp.exe\u2066\n\n\n\nx\u0000', replyTo: undefined });
    meeting.enter(ana, 'chat', body);
    expect(last(bo).text).toBe('gnp.exe\n\nx');
  });
});

describe('editing and deleting', () => {
  it('change one’s own message everywhere, once they stand', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('Tuseday');
    meeting.deliver();
    const { number } = last(ana);
    expect(ana.talk.chat.edit(number, 'Tuesday')).toBeUndefined();
    expect(ana.talk.chat.changes.value.get(number)).toMatchObject({ delivery: 'waiting', text: 'Tuesday' });
    meeting.deliver();
    expect(last(ana)).toMatchObject({ text: 'Tuesday', isEdited: true });
    expect(last(bo)).toMatchObject({ text: 'Tuesday', isEdited: true });
    ana.talk.chat.delete(number);
    meeting.deliver();
    expect(last(ana)).toMatchObject({ text: '', isDeleted: true });
    expect(last(bo)).toMatchObject({ text: '', isDeleted: true });
    expect(ana.talk.chat.changes.value.size).toBe(0);
  });

  it('that the server refuses leave the message as it was, and can be tried again', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('old');
    meeting.deliver();
    const { number } = last(ana);
    ana.talk.chat.edit(number, 'new');
    meeting.refuse();
    expect(last(ana).text).toBe('old');
    expect(ana.talk.chat.changes.value.get(number)?.delivery).toBe('unsent');
    ana.talk.chat.retry(number);
    meeting.deliver();
    expect(last(bo).text).toBe('new');
  });

  it('reach nobody else’s message: the author is who signed', () => {
    const { meeting, ana, bo } = setUp();
    const li = meeting.come('li');
    ana.talk.chat.write('mine');
    meeting.deliver();
    const sequence = last(bo).id?.sequence ?? 0;
    bo.sequence = sequence + 10;
    meeting.enter(bo, 'chat', encodeChat({ kind: 'edit', sequence, text: 'yours' }));
    meeting.enter(bo, 'chat', encodeChat({ kind: 'delete', sequence }));
    expect(texts(li)).toEqual(['mine']);
    expect(texts(ana)).toEqual(['mine']);
    bo.talk.chat.edit(last(bo).number, 'yours');
    bo.talk.chat.delete(last(bo).number);
    expect(meeting.waiting).toEqual([]);
  });

  it('don’t bring back what was deleted', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('gone');
    meeting.deliver();
    const sequence = last(bo).id?.sequence ?? 0;
    ana.talk.chat.delete(last(ana).number);
    meeting.deliver();
    meeting.enter(ana, 'chat', encodeChat({ kind: 'edit', sequence, text: 'back' }));
    expect(last(bo)).toMatchObject({ text: '', isDeleted: true });
  });

  it('are offered for the last message that stands', () => {
    const { meeting, ana } = setUp();
    ana.talk.chat.write('first');
    meeting.deliver();
    ana.talk.chat.write('second');
    expect(ana.talk.chat.lastOwn?.text).toBe('first');
    meeting.deliver();
    expect(ana.talk.chat.lastOwn?.text).toBe('second');
    ana.talk.chat.delete(last(ana).number);
    meeting.deliver();
    expect(ana.talk.chat.lastOwn?.text).toBe('first');
  });
});

describe('what is not read yet', () => {
  it('is counted while the chat is closed: others’ messages that are still there', () => {
    const { meeting, ana, bo } = setUp();
    for (const text of ['one', 'two']) ana.talk.chat.write(text);
    bo.talk.chat.write('own');
    meeting.deliver();
    expect(bo.talk.chat.unread.value).toBe(2);
    expect(ana.talk.chat.unread.value).toBe(1);
    ana.talk.chat.delete(ana.talk.chat.messages.value[0]?.number ?? 0);
    meeting.deliver();
    expect(bo.talk.chat.unread.value).toBe(1);
    bo.talk.chat.setOpen(true);
    expect(bo.talk.chat.unread.value).toBe(0);
    ana.talk.chat.write('while it is open');
    meeting.deliver();
    bo.talk.chat.setOpen(false);
    expect(bo.talk.chat.unread.value).toBe(0);
  });
});

describe('reactions on messages', () => {
  it('are each person’s own, once, and can be taken back', () => {
    const { meeting, ana, bo } = setUp();
    ana.talk.chat.write('done');
    meeting.deliver();
    bo.talk.chat.toggleReaction(last(bo).number, '🎉');
    meeting.deliver();
    ana.talk.chat.toggleReaction(last(ana).number, '🎉');
    meeting.deliver();
    expect([...(last(ana).reactions.get('🎉') ?? [])]).toEqual(['bo', 'ana']);
    bo.talk.chat.toggleReaction(last(bo).number, '🎉');
    ana.talk.chat.toggleReaction(last(ana).number, '🎉');
    meeting.deliver();
    expect(last(bo).reactions.size).toBe(0);
  });
});

describe('a flood', () => {
  it('drives out its own messages first, and keeps memory bounded', () => {
    const { meeting, ana, bo } = setUp();
    bo.talk.chat.write('what Bo said');
    meeting.deliver();
    for (let count = 0; count < MAX_MESSAGES + 200; count += 1) {
      const text = `spam ${String(count)}`;
      meeting.enter(ana, 'chat', encodeChat({ kind: 'say', text, replyTo: undefined }));
    }
    expect(texts(bo)).toHaveLength(MAX_MESSAGES);
    expect(texts(bo)[0]).toBe('what Bo said');
    expect(texts(bo)[1]).toBe('spam 201');
  });
});
