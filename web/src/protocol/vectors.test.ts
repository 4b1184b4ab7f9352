import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';

import { encodeBase64url, encodeUtf8, parseBase64url, sha256, type Bytes } from './bytes';
import { deriveKeys, hkdf, hostHashOf, identityOf, LABELS, type MeetingKeys } from './derivation';
import { encodeHostLink, encodeLink, parseLink } from './link';
import { openMeeting, openName, sealMeeting, sealName } from './sealing';
import { importSeed, publicKeyOfSeed, signingKey, type SigningKey } from './signing';
import { admissionStatement, creationStatement } from './statements';

// The same file that the server is tested against.
const VECTORS = JSON.parse(
  readFileSync(new URL('../../../protocol/vectors/admission.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string | number>>;

function text(name: string): string {
  const value = VECTORS[name];
  if (typeof value !== 'string') throw new Error(`no vector ${name}`);
  return value;
}

function bytes(name: string): Bytes {
  const value = parseBase64url(text(name));
  if (value === undefined) throw new Error(`no bytes in ${name}`);
  return value;
}

async function keyOfSeed(name: string): Promise<SigningKey> {
  const seed = bytes(name);
  return signingKey(await importSeed(seed), await publicKeyOfSeed(seed));
}

describe('what server and device both derive', () => {
  let keys: MeetingKeys;

  beforeAll(async () => {
    keys = await deriveKeys(bytes('secret'));
  });

  it('is the same locator and admission key', async () => {
    expect(keys.room).toBe(text('locator'));
    expect(encodeBase64url(keys.admissionKey.publicKey)).toBe(text('admission_key'));
    expect((await importSeed(bytes('admission_seed'))).extractable).toBe(false);
  });

  it.each([
    ['root', 'secret', LABELS.root],
    ['admission_seed', 'root', LABELS.admission],
    ['meta_key', 'root', LABELS.meta],
    ['tag_key', 'root', LABELS.tag],
    ['mix_key', 'root', LABELS.mix],
  ])('is the same %s', async (name, secret, label) => {
    expect(encodeBase64url(await hkdf(bytes(secret), label, 32))).toBe(text(name));
  });

  it('is the same identity, host key and hash', async () => {
    expect(await identityOf(bytes('leaf_key'))).toBe(text('identity'));
    expect(encodeBase64url(await publicKeyOfSeed(bytes('host_seed')))).toBe(text('host_key'));
    expect(encodeBase64url(await hostHashOf(bytes('host_key')))).toBe(text('host_hash'));
  });

  it('is read from the same links', () => {
    const [secret, hostHash, hostSeed] = [bytes('secret'), bytes('host_hash'), bytes('host_seed')];
    const origin = text('origin');
    expect(parseLink(text('link'), origin)).toEqual({ kind: 'meeting', secret, hostHash });
    expect(parseLink(text('host_link'), origin)).toEqual({ kind: 'host', secret, hostSeed });
    expect(encodeLink(origin, { secret, hostHash })).toBe(text('link'));
    expect(encodeHostLink(origin, secret, hostSeed)).toBe(text('host_link'));
  });

  it('is sealed to the same bytes, and opens again', async () => {
    const card = { title: 'Thursday circle' };
    const meeting = await sealMeeting(keys, card, bytes('sealed_meeting_nonce'));
    const name = await sealName(keys, text('identity'), text('name'), bytes('sealed_name_nonce'));
    expect(encodeBase64url(meeting)).toBe(text('sealed_meeting'));
    expect(encodeBase64url(name)).toBe(text('sealed_name'));
    expect(await openMeeting(keys, meeting)).toEqual(card);
    expect(await openName(keys, text('identity'), name)).toBe(text('name'));
  });

  it('is signed in the same words', async () => {
    const creation = await creationStatement({
      origin: text('origin'),
      locator: bytes('locator'),
      admissionKey: bytes('admission_key'),
      hostKey: bytes('host_key'),
      sealed: bytes('sealed_meeting'),
      lifetimeS: Number(VECTORS['lifetime_s']),
    });
    const admission = admissionStatement({
      origin: text('origin'),
      locator: bytes('locator'),
      nonce: bytes('nonce'),
      leafKey: bytes('leaf_key'),
      identity: text('identity'),
    });
    expect(encodeBase64url(await sha256(creation))).toBe(text('creation_statement_sha256'));
    expect(encodeBase64url(admission)).toBe(text('admission_statement'));
    const [host, leaf] = [await keyOfSeed('host_seed'), await keyOfSeed('leaf_seed')];
    const signed = await Promise.all([
      keys.admissionKey.sign(creation),
      host.sign(creation),
      keys.admissionKey.sign(admission),
      leaf.sign(admission),
    ]);
    expect(signed.map(encodeBase64url)).toEqual([
      text('creation_by_admission_key'),
      text('creation_by_host_key'),
      text('admission_by_admission_key'),
      text('admission_by_leaf_key'),
    ]);
  });

  it('differs for any other secret', async () => {
    const other = bytes('secret');
    other[31] = (other[31] ?? 0) ^ 1;
    const changed = await deriveKeys(other);
    expect(changed.room).not.toBe(keys.room);
    expect(changed.admissionKey.publicKey).not.toEqual(keys.admissionKey.publicKey);
    expect(encodeUtf8(changed.room)).toHaveLength(22);
  });
});
