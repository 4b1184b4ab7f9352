import { describe, expect, it } from 'vitest';

import { encodeUtf8 } from '../../protocol/bytes';
import type { Member } from '../group/group_keys';
import { slotOf, type Slot } from './slot';
import { encodeAnnouncement, parseAnnouncement } from './slot_announcement';
import { SlotBook } from './slot_book';

function member(identity: string): Member {
  return { index: 1, identity, leafKey: new Uint8Array(32), isHost: false };
}

const CAMERA = new Map<Slot, string>([[slotOf('camera'), 'TR_cam']]);

describe('what a member says of their tracks', () => {
  it('is read as it was written, in whatever order', () => {
    const said = new Map<Slot, string>([
      [slotOf('screen'), 'TR_screen'],
      [slotOf('microphone'), 'TR_mic'],
    ]);
    const read = parseAnnouncement(encodeAnnouncement(said));
    expect([...(read ?? [])]).toEqual([
      [0, 'TR_mic'],
      [2, 'TR_screen'],
    ]);
    expect(parseAnnouncement(encodeAnnouncement(new Map()))).toEqual(new Map());
  });

  it.each([
    ['nothing', []],
    ['another form', [2, 0]],
    ['fewer than it says', [1, 1]],
    ['more than it says', [1, 0, 0]],
    ['a slot that there is not', [1, 1, 4, 0, 1, 65]],
    ['one slot twice', [1, 2, 1, 0, 1, 65, 1, 0, 1, 66]],
    ['a publication without a name', [1, 1, 1, 0, 0]],
    ['a name that is no text', [1, 1, 1, 0, 1, 255]],
    ['a name that is too long', [1, 1, 1, 0, 65, ...encodeUtf8('x'.repeat(65))]],
  ])('is not read when it is %s', (_, bytes) => {
    expect(parseAnnouncement(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe('whose track is which', () => {
  it('is what its sender has signed last, and nothing before', () => {
    const book = new SlotBook();
    expect(book.lookup.value('ana', 'TR_cam')).toBeUndefined();
    book.take({ from: member('ana'), body: encodeAnnouncement(CAMERA) });
    expect(book.lookup.value('ana', 'TR_cam')).toBe(slotOf('camera'));
    expect(book.lookup.value('ben', 'TR_cam')).toBeUndefined();
    book.take({ from: member('ana'), body: encodeAnnouncement(new Map([[2, 'TR_cam']])) });
    expect(book.lookup.value('ana', 'TR_cam')).toBe(slotOf('screen'));
    book.take({ from: member('ana'), body: Uint8Array.of(9) });
    expect(book.lookup.value('ana', 'TR_cam')).toBe(slotOf('screen'));
  });

  it('is told anew at each change, and forgotten with its member', () => {
    const book = new SlotBook();
    const told: unknown[] = [];
    book.lookup.subscribe((lookup) => told.push(lookup('ana', 'TR_cam')));
    book.take({ from: member('ana'), body: encodeAnnouncement(CAMERA) });
    book.keepOnly(new Set(['ana']));
    book.keepOnly(new Set(['ben']));
    expect(told).toEqual([undefined, slotOf('camera'), undefined]);
  });
});
