import { beforeAll, describe, expect, it } from 'vitest';

import { concat, encodeUint32, encodeUtf8, randomBytes, type Bytes } from './bytes';
import { deriveKeys, labelled, type MeetingKeys } from './derivation';
import { openMeeting, openName, SealError, sealMeeting, sealName } from './sealing';

const ANA = 'XG7PCILXMQTEQDCEO6OVUPPGGI';
const EVA = 'AG7PCILXMQTEQDCEO6OVUPPGGI';

let keys: MeetingKeys;
let others: MeetingKeys;

beforeAll(async () => {
  [keys, others] = await Promise.all([deriveKeys(randomBytes(32)), deriveKeys(randomBytes(32))]);
});

/** What somebody with the key, but without manners, would seal. */
async function sealedByHand(padded: Bytes, additionalData = ofName()): Promise<Bytes> {
  const iv = randomBytes(12);
  const parameters = { name: 'AES-GCM', iv, additionalData };
  return concat(
    iv,
    new Uint8Array(await crypto.subtle.encrypt(parameters, keys.metaKey, padded)),
  );
}

function ofName(): Bytes {
  return labelled('folkmoot v1 sealed name', keys.locator, encodeUtf8(ANA));
}

function padded(lengthSaid: number, bytes: Uint8Array): Bytes {
  return concat(encodeUint32(lengthSaid), bytes, new Uint8Array(320 - 28 - 4 - bytes.length));
}

describe('a sealed name', () => {
  it.each(['A', 'Ana Petrović', '🧑‍🚀'.repeat(12), '名'.repeat(64)])('is read back: %s', async (name) => {
    const sealed = await sealName(keys, ANA, name);
    expect(sealed).toHaveLength(320);
    expect(await openName(keys, ANA, sealed)).toBe(name);
  });

  it.each(['', 'x'.repeat(65), '🦊'.repeat(65)])('is 1 to 64 characters', async (name) => {
    await expect(sealName(keys, ANA, name)).rejects.toThrow(RangeError);
  });

  it('opens for nobody else, in no other meeting, and not after a change', async () => {
    const sealed = await sealName(keys, ANA, 'Ana');
    await expect(openName(keys, EVA, sealed)).rejects.toThrow(SealError);
    await expect(openName(others, ANA, sealed)).rejects.toThrow(SealError);
    for (const at of [0, 12, 100, 319]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(openName(keys, ANA, changed)).rejects.toThrow(SealError);
    }
  });

  it.each([0, 11, 28, 319, 321, 512])('is not %i bytes long', async (length) => {
    await expect(openName(keys, ANA, new Uint8Array(length))).rejects.toThrow(SealError);
  });

  it('is refused when somebody padded it wrongly', async () => {
    const good = encodeUtf8('Ana');
    expect(await openName(keys, ANA, await sealedByHand(padded(3, good)))).toBe('Ana');
    const bad = [
      padded(2, good), // something hides behind the name
      padded(289, good), // more than there is
      padded(0xffffffff, good),
      padded(0, new Uint8Array()),
      padded(2, Uint8Array.of(0xc3, 0x28)), // no UTF-8
      padded(65, encodeUtf8('x'.repeat(65))),
    ];
    for (const bytes of bad) {
      await expect(openName(keys, ANA, await sealedByHand(bytes))).rejects.toThrow(SealError);
    }
  });
});

describe('a sealed meeting', () => {
  it.each([
    [0, 512],
    [460, 512],
    [500, 2048],
    [2_100, 8192],
  ])('says of a title of %i letters only that it fits into %i bytes', async (letters, size) => {
    const title = 'x'.repeat(letters);
    const sealed = await sealMeeting(keys, { title });
    expect(sealed).toHaveLength(size);
    expect(await openMeeting(keys, sealed)).toEqual({ title });
  });

  it('is never longer than the largest size', async () => {
    await expect(sealMeeting(keys, { title: 'x'.repeat(8_192) })).rejects.toThrow(RangeError);
  });

  it('keeps what a later release says', async () => {
    const card = { title: 'Circle', agenda: ['one', 'two'] };
    expect(await openMeeting(keys, await sealMeeting(keys, card))).toEqual(card);
  });

  it('is no name, and a name is no meeting', async () => {
    const name = await sealName(keys, ANA, 'Ana');
    await expect(openMeeting(keys, name)).rejects.toThrow(SealError);
  });

  it('is refused when it says to be longer than it is', async () => {
    const card = encodeUtf8('{"v":1,"title":"Circle"}'.padEnd(480));
    const ofMeeting = labelled('folkmoot v1 sealed meeting', keys.locator);
    const honest = await sealedByHand(concat(encodeUint32(480), card), ofMeeting);
    expect(await openMeeting(keys, honest)).toEqual({ title: 'Circle' });
    const boastful = await sealedByHand(concat(encodeUint32(481), card), ofMeeting);
    await expect(openMeeting(keys, boastful)).rejects.toThrow(SealError);
  });

  it.each(['{"v":2,"title":"x"}', '{"v":1}', '{"v":1,"title":7}', '[]', 'null', 'x'])(
    'is refused when it is %s',
    async (text) => {
      const card = encodeUtf8(text);
      const filler = new Uint8Array(480 - card.length);
      const ofMeeting = labelled('folkmoot v1 sealed meeting', keys.locator);
      const sealed = await sealedByHand(
        concat(encodeUint32(card.length), card, filler),
        ofMeeting,
      );
      await expect(openMeeting(keys, sealed)).rejects.toThrow(SealError);
    },
  );

  it('does not open under another secret', async () => {
    const sealed = await sealMeeting(keys, { title: 'Circle' });
    await expect(openMeeting(others, sealed)).rejects.toThrow(SealError);
  });
});
