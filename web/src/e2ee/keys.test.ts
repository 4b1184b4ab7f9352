import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';

import { encodeUtf8, equalBytes } from '../protocol/bytes';
import { hostHashOf, identityOf } from '../protocol/derivation';
import { parseLink } from '../protocol/link';
import { openMeeting } from '../protocol/sealing';
import { creationStatement } from '../protocol/statements';
import { hostKeyOfSeed } from './host_key';
import { HostKeys, StorageError } from './host_keys';
import { makeLeafKey } from './leaf_key';
import { makeMeeting } from './make_meeting';

const ORIGIN = 'https://meet.example.org';
const WEEK_S = 604_800;

async function verifies(
  publicKey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  statement: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, signature, statement);
}

describe('a leaf key', () => {
  it('is another one each time, signs, and goes by its identity', async () => {
    const [one, other] = await Promise.all([makeLeafKey(), makeLeafKey()]);
    expect(one.identity).not.toBe(other.identity);
    expect(one.identity).toBe(await identityOf(one.publicKey));
    const statement = encodeUtf8('a statement');
    const signature = await one.sign(statement);
    expect(await verifies(one.publicKey, signature, statement)).toBe(true);
    expect(await verifies(other.publicKey, signature, statement)).toBe(false);
  });
});

describe('a meeting that was made', () => {
  it('has a link that names its host', async () => {
    const made = await makeMeeting(ORIGIN, 'Thursday circle', WEEK_S);
    const link = parseLink(made.link, ORIGIN);
    if (link.kind !== 'meeting') throw new Error(link.kind);
    expect(equalBytes(link.hostHash, await hostHashOf(made.hostKey.publicKey))).toBe(true);
    expect(await openMeeting(made.keys, made.creation.sealed)).toEqual({
      title: 'Thursday circle',
    });
  });

  it('can be led again by whoever has the spare', async () => {
    const made = await makeMeeting(ORIGIN, '', WEEK_S);
    const spare = parseLink(made.hostLink, ORIGIN);
    if (spare.kind !== 'host') throw new Error(spare.kind);
    const again = await hostKeyOfSeed(spare.hostSeed);
    expect(again.publicKey).toEqual(made.hostKey.publicKey);
    expect(again.privateKey.extractable).toBe(false);
    expect(made.hostKey.privateKey.extractable).toBe(false);
  });

  it('is signed by the key of its link and by its host', async () => {
    const { creation } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    const statement = await creationStatement(creation);
    const { admissionKey, admissionSignature, hostKey, hostSignature } = creation;
    expect(await verifies(admissionKey, admissionSignature, statement)).toBe(true);
    expect(await verifies(hostKey, hostSignature, statement)).toBe(true);
    expect(await verifies(hostKey, admissionSignature, statement)).toBe(false);
  });

  it('is another one each time', async () => {
    const [one, other] = await Promise.all([
      makeMeeting(ORIGIN, 'Circle', WEEK_S),
      makeMeeting(ORIGIN, 'Circle', WEEK_S),
    ]);
    expect(one.link).not.toBe(other.link);
    expect(one.hostKey.publicKey).not.toEqual(other.hostKey.publicKey);
    expect(one.keys.room).not.toBe(other.keys.room);
  });
});

describe('host keys on a device', () => {
  it('are there again after a reload, and still sign', async () => {
    const indexedDB = new IDBFactory();
    const { hostKey, keys } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    await new HostKeys(indexedDB).save(keys.room, hostKey, 2_000);
    const found = await new HostKeys(indexedDB).find(keys.room);
    if (found === undefined) throw new Error('not found');
    expect(found.publicKey).toEqual(hostKey.publicKey);
    expect(found.privateKey.extractable).toBe(false);
    const statement = encodeUtf8('a statement');
    expect(await verifies(hostKey.publicKey, await found.sign(statement), statement)).toBe(true);
    expect(await new HostKeys(indexedDB).find('another-room')).toBeUndefined();
  });

  it('are gone when their meeting has expired, and only then', async () => {
    const store = new HostKeys(new IDBFactory());
    const { hostKey } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    await store.save('old', hostKey, 1_000);
    await store.save('young', hostKey, 1_001);
    await store.deleteExpired(1_000);
    expect(await store.find('old')).toBeUndefined();
    expect(await store.find('young')).toBeDefined();
  });

  it('are gone when their meeting is to be forgotten, and only that one’s', async () => {
    const store = new HostKeys(new IDBFactory());
    const { hostKey } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    await store.save('one', hostKey, 1_000);
    await store.save('other', hostKey, 1_000);
    await store.forget('one');
    await store.forget('never there');
    expect(await store.find('one')).toBeUndefined();
    expect(await store.find('other')).toBeDefined();
  });

  it('say so when the browser stores nothing', async () => {
    const closed = {
      open: () => {
        throw new DOMException('A mutation operation was attempted.', 'InvalidStateError');
      },
    } as unknown as IDBFactory;
    const store = new HostKeys(closed);
    const { hostKey } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    await expect(store.save('room', hostKey, 1)).rejects.toThrow(StorageError);
    await expect(store.find('room')).rejects.toThrow(StorageError);
    await expect(store.deleteExpired(1)).rejects.toThrow(StorageError);
    await expect(store.forget('room')).rejects.toThrow(StorageError);
  });

  it('say so when the browser opens its store and then keeps nothing', async () => {
    const store = new HostKeys(new IDBFactory());
    const { hostKey } = await makeMeeting(ORIGIN, 'Circle', WEEK_S);
    // What can't be cloned can't be stored: Firefox once refused keys in private windows so.
    const odd = { ...hostKey, privateKey: (() => undefined) as unknown as CryptoKey };
    await expect(store.save('room', odd, 1)).rejects.toThrow(StorageError);
  });
});
