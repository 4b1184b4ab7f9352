import { expect, it } from 'vitest';

import vectors from '../../../../protocol/vectors/record.json';
import { encodeBase64url, parseBase64url, type Bytes } from '../../protocol/bytes';
import { canonicalJson } from '../../protocol/canonical_json';
import { importSeed, publicKeyOfSeed, signingKey } from '../../protocol/signing';
import { writeRecord, type CallRecord } from './record';
import type { ServiceStatement } from './service_statement';

const { record: content } = vectors.file;

it('a record is the file that the server’s own program checks, to the byte of its signature', async () => {
  const seed = bytes(vectors.device_seed);
  const signer = signingKey(await importSeed(seed), await publicKeyOfSeed(seed));
  const file: unknown = JSON.parse(await writeRecord(RECORD, signer));
  expect(file).toEqual(vectors.file);
  expect(canonicalJson(content)).toBe(vectors.canonical);
});

it('a record of a call in which there never was a group says so', async () => {
  const signer = { publicKey: new Uint8Array(32), sign: () => Promise.resolve(new Uint8Array(64)) };
  const text = await writeRecord({ ...RECORD, groupId: undefined, drain: undefined, roster: undefined }, signer);
  expect(JSON.parse(text)).toMatchObject({
    record: { group: null, drain: null, roster: null, device: encodeBase64url(signer.publicKey) },
  });
});

const RECORD: CallRecord = {
  groupId: bytes(content.group),
  beganMs: content.began_ms,
  endedMs: content.ended_ms,
  ending: {
    name: content.ending.name,
    isOver: content.ending.is_over,
    grounds: content.ending.grounds,
  },
  stays: content.stays.map((stay) => ({
    leafKey: bytes(stay.device),
    isHost: stay.is_host,
    called: stay.called ?? undefined,
    fromMs: stay.from_ms,
    untilMs: stay.until_ms ?? undefined,
  })),
  statements: content.statements.map((said): ServiceStatement => {
    const { from_ms: fromMs, until_ms: untilMs } = said;
    const signed = { signer: bytes(said.signer), signature: bytes(said.signature) };
    return said.about === null
      ? { kind: 'lost', fromMs, untilMs, ...signed }
      : { kind: 'served', about: bytes(said.about), fromMs, untilMs, ...signed };
  }),
  roster: {
    groupId: bytes(content.group),
    epoch: content.roster.epoch,
    members: content.roster.members.map(bytes),
    signatures: content.roster.signatures.map(({ signer, at_ms, signature }) => ({
      ...{ signer: bytes(signer), atMs: at_ms, signature: bytes(signature) },
    })),
  },
  drain: {
    nodeKey: bytes(content.drain.node_key),
    run: bytes(content.drain.run),
    atMs: content.drain.at_ms,
    signature: bytes(content.drain.signature),
  },
};

function bytes(text: string): Bytes {
  const read = parseBase64url(text);
  if (read === undefined) throw new Error('not base64url');
  return read;
}
