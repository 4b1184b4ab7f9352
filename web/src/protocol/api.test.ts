import { describe, expect, it } from 'vitest';

import {
  parseAdmission,
  parseCreated,
  parseNonce,
  parseProblem,
  parseServer,
} from './api';
import { encodeBase64url } from './bytes';

const KEY = encodeBase64url(new Uint8Array(32).fill(1));
const SEALED = encodeBase64url(new Uint8Array(512).fill(2));
const ADMISSION = {
  ticket: 'a.b-c.d_e',
  group_ticket: 'f.g.h',
  sealed: SEALED,
  host_key: KEY,
  expires_at_ms: 5,
  node_key: KEY,
  node_run: encodeBase64url(new Uint8Array(16).fill(3)),
};
const SERVER = { operator: 'Ana', place: 'Graz', can_create: true, version: '0.2.0' };

describe('answers of a server', () => {
  it('are read when they are whole', () => {
    expect(parseServer(JSON.stringify(SERVER))).toEqual({
      operator: 'Ana',
      place: 'Graz',
      canCreate: true,
      version: '0.2.0',
    });
    expect(parseCreated('{"expires_at_ms": 1700000000000}')).toBe(1_700_000_000_000);
    expect(parseNonce(JSON.stringify({ nonce: KEY }))).toEqual(new Uint8Array(32).fill(1));
    expect(parseAdmission(JSON.stringify({ ...ADMISSION, later: 1 }))).toEqual({
      ticket: 'a.b-c.d_e',
      groupTicket: 'f.g.h',
      sealed: new Uint8Array(512).fill(2),
      hostKey: new Uint8Array(32).fill(1),
      expiresAtMs: 5,
      node: { key: new Uint8Array(32).fill(1), run: new Uint8Array(16).fill(3) },
    });
    expect(parseProblem('{"error":"bad_request","message":"No."}')).toEqual({
      error: 'bad_request',
      message: 'No.',
    });
  });

  it.each(['', 'null', '[]', '{}', '7', '<html>'])('are nothing when they are %j', (body) => {
    expect(parseServer(body)).toBeUndefined();
    expect(parseCreated(body)).toBeUndefined();
    expect(parseNonce(body)).toBeUndefined();
    expect(parseAdmission(body)).toBeUndefined();
    expect(parseProblem(body)).toEqual({ error: '', message: '' });
  });

  it.each([
    { ticket: '' },
    { ticket: 'a b' },
    { ticket: 'x'.repeat(5_000) },
    { ticket: 7 },
    { group_ticket: undefined },
    { group_ticket: 'a b' },
    { sealed: KEY },
    { sealed: `${SEALED}=` },
    { host_key: KEY.slice(1) },
    { node_key: undefined },
    { node_run: KEY },
    { expires_at_ms: '5' },
    { expires_at_ms: -1 },
    { expires_at_ms: 1e300 },
  ])('let nobody in with %j', (part) => {
    expect(parseAdmission(JSON.stringify({ ...ADMISSION, ...part }))).toBeUndefined();
  });

  it.each([{ can_create: 'yes' }, { operator: null }, { place: 7 }, { version: undefined }])(
    'describe no server with %j',
    (part) => {
      expect(parseServer(JSON.stringify({ ...SERVER, ...part }))).toBeUndefined();
    },
  );

  it('are cut when they would fill the page', () => {
    const operator = 'x'.repeat(100_000);
    expect(parseServer(JSON.stringify({ ...SERVER, operator }))?.operator).toHaveLength(400);
    expect(parseProblem(JSON.stringify({ message: operator })).message).toHaveLength(400);
  });
});
