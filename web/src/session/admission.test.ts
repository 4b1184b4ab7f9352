import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { encodeBase64url, parseBase64url, randomBytes, type Bytes } from '../protocol/bytes';
import { deriveKeys, hostHashOf, identityOf, type MeetingKeys } from '../protocol/derivation';
import { openName, sealMeeting } from '../protocol/sealing';
import { importSeed, publicKeyOfSeed, signingKey, type SigningKey } from '../protocol/signing';
import { admissionStatement } from '../protocol/statements';
import { knock, type Door } from './admission';
import { MeetingsApi } from './meetings_api';
import type { Fault } from './request_error';

const ORIGIN = 'https://meet.example.org';
const NONCE = randomBytes(32);

interface Asked {
  readonly url: string;
  readonly body: Record<string, unknown> | undefined;
}

let keys: MeetingKeys;
let leaf: SigningKey & { identity: string };
let host: SigningKey;
let sealed: Bytes;
let asked: Asked[];
let answers: Record<string, () => Response>;
let door: Door;

async function freshKey(): Promise<SigningKey> {
  const seed = randomBytes(32);
  return signingKey(await importSeed(seed), await publicKeyOfSeed(seed));
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function welcome(overrides: Record<string, unknown> = {}): Response {
  return json(200, {
    ticket: 'a.b.c',
    group_ticket: 'd.e.f',
    sealed: encodeBase64url(sealed),
    host_key: encodeBase64url(host.publicKey),
    expires_at_ms: 1_700_000_000_000,
    node_key: encodeBase64url(new Uint8Array(32).fill(7)),
    node_run: encodeBase64url(new Uint8Array(16).fill(8)),
    ...overrides,
  });
}

function api(): MeetingsApi {
  return new MeetingsApi((url, init) => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as object) : undefined;
    asked.push({ url, body: body as Record<string, unknown> | undefined });
    const answer = answers[url.slice(url.lastIndexOf('/') + 1)];
    return answer === undefined ? Promise.reject(new TypeError('net')) : Promise.resolve(answer());
  }, ORIGIN);
}

async function faultOf(attempt: Promise<unknown>): Promise<Fault> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return (error as { fault: Fault }).fault;
}

async function verifies(publicKey: Bytes, signature: unknown, statement: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  const bytes = parseBase64url(String(signature)) ?? new Uint8Array();
  return crypto.subtle.verify('Ed25519', key, bytes, statement);
}

beforeAll(async () => {
  keys = await deriveKeys(randomBytes(32));
  host = await freshKey();
  const leafKey = await freshKey();
  leaf = { ...leafKey, identity: await identityOf(leafKey.publicKey) };
  sealed = await sealMeeting(keys, { title: 'Thursday circle' });
  door = { origin: ORIGIN, keys, leafKey: leaf, hostHash: await hostHashOf(host.publicKey) };
});

beforeEach(() => {
  asked = [];
  answers = {
    nonces: () => json(201, { nonce: encodeBase64url(NONCE) }),
    admissions: () => welcome(),
  };
});

describe('knocking', () => {
  it('lets in who has the link, and says what the host calls the meeting', async () => {
    const admission = await knock(api(), door);
    expect(admission).toEqual({
      ticket: 'a.b.c',
      groupTicket: 'd.e.f',
      card: { title: 'Thursday circle' },
      hostKey: host.publicKey,
      expiresAtMs: 1_700_000_000_000,
      node: { key: new Uint8Array(32).fill(7), run: new Uint8Array(16).fill(8) },
    });
    expect(asked.map(({ url }) => url)).toEqual([
      `${ORIGIN}/api/meetings/${keys.room}/nonces`,
      `${ORIGIN}/api/meetings/${keys.room}/admissions`,
    ]);
  });

  it('is signed by the key of the link and by the device', async () => {
    await knock(api(), door);
    const body = asked[1]?.body ?? {};
    const statement = admissionStatement({
      origin: ORIGIN,
      locator: keys.locator,
      nonce: NONCE,
      leafKey: leaf.publicKey,
      identity: leaf.identity,
    });
    expect(body).toMatchObject({
      origin: ORIGIN,
      nonce: encodeBase64url(NONCE),
      leaf_key: encodeBase64url(leaf.publicKey),
    });
    expect(await verifies(keys.admissionKey.publicKey, body['admission_signature'], statement)).toBe(true);
    expect(await verifies(leaf.publicKey, body['leaf_signature'], statement)).toBe(true);
  });

  it('shows the name to members only', async () => {
    await knock(api(), door, 'Ana Petrović');
    const body = asked[1]?.body ?? {};
    expect(JSON.stringify(body)).not.toContain('Ana');
    const name = parseBase64url(String(body['sealed_name'])) ?? new Uint8Array();
    expect(await openName(keys, leaf.identity, name)).toBe('Ana Petrović');
    await knock(api(), door);
    expect(asked[3]?.body).not.toHaveProperty('sealed_name');
  });

  it('trusts nothing when the server names another host', async () => {
    const { publicKey } = await freshKey();
    answers['admissions'] = () => welcome({ host_key: encodeBase64url(publicKey) });
    expect(await faultOf(knock(api(), door))).toEqual({ kind: 'host-mismatch' });
  });

  it('shows no title that was sealed for another meeting', async () => {
    const other = await sealMeeting(await deriveKeys(randomBytes(32)), { title: 'Other' });
    answers['admissions'] = () => welcome({ sealed: encodeBase64url(other) });
    expect(await faultOf(knock(api(), door))).toEqual({ kind: 'bad-answer' });
  });

  it.each<[string, () => Response, Fault]>([
    ['a closed door', () => json(403, { error: 'not_admitted', message: 'No.' }), { kind: 'not-admitted' }],
    [
      'a full house',
      () => json(429, { error: 'too_many' }, { 'retry-after': '7' }),
      { kind: 'too-many', retryAfterS: 7 },
    ],
    [
      'a full house that does not say for how long',
      () => json(429, { error: 'too_many' }, { 'retry-after': 'soon' }),
      { kind: 'too-many', retryAfterS: 10 },
    ],
    [
      'a full house that says a year',
      () => json(429, { error: 'too_many' }, { 'retry-after': '31536000' }),
      { kind: 'too-many', retryAfterS: 3_600 },
    ],
    [
      'another refusal',
      () => json(400, { error: 'bad_request', message: 'No such field.' }),
      { kind: 'refused', error: 'bad_request', message: 'No such field.' },
    ],
    ['a proxy without its server', () => new Response('<html>', { status: 502 }), { kind: 'unreachable' }],
    ['a page of somebody else', () => new Response('<html>', { status: 200 }), { kind: 'bad-answer' }],
    ['an error page', () => new Response('<html>', { status: 404 }), { kind: 'bad-answer' }],
  ])('tells %s apart', async (_, answer, fault) => {
    answers['admissions'] = answer;
    expect(await faultOf(knock(api(), door))).toEqual(fault);
  });

  it('says that a server cannot be reached, without its address', async () => {
    delete answers['nonces'];
    const attempt = knock(api(), door);
    expect(await faultOf(attempt)).toEqual({ kind: 'unreachable' });
    await expect(attempt).rejects.not.toHaveProperty('cause');
  });

  it('does not go on without a nonce', async () => {
    answers['nonces'] = () => json(201, { nonce: 'short' });
    expect(await faultOf(knock(api(), door))).toEqual({ kind: 'bad-answer' });
    expect(asked).toHaveLength(1);
  });
});

describe('a server', () => {
  it('says who runs it', async () => {
    answers['server'] = () => json(200, { operator: 'Ana', place: 'Graz', can_create: false, version: '1' });
    expect(await api().serverFacts()).toEqual({
      operator: 'Ana',
      place: 'Graz',
      canCreate: false,
      version: '1',
    });
  });

  it('keeps a meeting until it expires', async () => {
    answers['meetings'] = () => json(201, { expires_at_ms: 1_700_000_000_000 });
    const expiresAtMs = await api().createMeeting({
      origin: ORIGIN,
      locator: keys.locator,
      admissionKey: keys.admissionKey.publicKey,
      hostKey: host.publicKey,
      sealed,
      lifetimeS: 3_600,
      admissionSignature: new Uint8Array(64),
      hostSignature: new Uint8Array(64),
    });
    expect(expiresAtMs).toBe(1_700_000_000_000);
    expect(Object.keys(asked[0]?.body ?? {}).sort()).toEqual([
      'admission_key',
      'admission_signature',
      'host_key',
      'host_signature',
      'lifetime_s',
      'locator',
      'origin',
      'sealed',
    ]);
  });
});
