import { expect, it } from 'vitest';

import vectors from '../../../../protocol/vectors/admission.json';
import { parseBase64url, randomBytes, type Bytes } from '../../protocol/bytes';
import { drainStatement, NodeWord } from './node_word';

const NODE = { key: bytes(vectors.node_key), run: bytes(vectors.node_run) };
const SIGNATURE = bytes(vectors.drain_by_node_key);
const AT_MS = vectors.drained_at_ms;

it('a server’s word that it stops is the bytes that the server’s own program signs', () => {
  expect(drainStatement(NODE, AT_MS)).toEqual(bytes(vectors.drain_statement));
});

it('a server is believed that it stops when it has signed that', async () => {
  const word = new NodeWord(NODE);
  expect(await word.check(AT_MS, SIGNATURE)).toMatchObject({ atMs: AT_MS });
  expect(await word.check(AT_MS + 1, SIGNATURE)).toBeUndefined();
  expect(await word.check(AT_MS, randomBytes(64))).toBeUndefined();
  expect(await word.check(AT_MS, new Uint8Array())).toBeUndefined();
});

it('the word of an earlier life of the server explains no stop of now', async () => {
  const word = new NodeWord(NODE);
  word.admitted({ ...NODE, run: randomBytes(16) });
  expect(await word.check(AT_MS, SIGNATURE)).toBeUndefined();
});

it('a server that comes with another key is not the one that was here', async () => {
  const word = new NodeWord({ key: randomBytes(32), run: NODE.run });
  word.admitted(NODE);
  expect(await word.check(AT_MS, SIGNATURE)).toBeUndefined();
});

function bytes(text: string): Bytes {
  const read = parseBase64url(text);
  if (read === undefined) throw new Error('not base64url');
  return read;
}
