import { readFileSync } from 'node:fs';

import {
  defaultCryptoProvider,
  getCiphersuiteFromName,
  type CiphersuiteImpl,
  type GroupContext,
} from 'ts-mls';

import type { Bytes } from '../../../protocol/bytes';
import { makeLeafKey } from '../../leaf_key';
import { SUITE_NAME, suiteFor } from '../mls_suite';
import { Verifier } from '../verification';
import type { Hex, VectorFiles } from './vector_files';

/** The cases of one of the files beside this one, as it says in `README.md`. */
export function readVectors<N extends keyof VectorFiles>(name: N): readonly VectorFiles[N][] {
  const text = readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as VectorFiles[N][];
}

export function parseHex(text: Hex): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function encodeHex(bytes: Uint8Array): Hex {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What the bytes hold, all of them. */
export function decoded<T>(
  decode: (bytes: Uint8Array, at: number) => [T, number] | undefined,
  text: Hex,
): T {
  const bytes = parseHex(text);
  const [value, length] = decode(bytes, 0) ?? [undefined, 0];
  if (value === undefined || length !== bytes.length) {
    throw new Error('A vector that can not be read.');
  }
  return value;
}

/** The suite of a meeting, which signs with any key here: the keys of the vectors are known. */
export async function vectorSuite(): Promise<CiphersuiteImpl> {
  const { signature: ours, ...suite } = await suiteFor(await makeLeafKey(), new Verifier());
  const { signature } = await defaultCryptoProvider.getCiphersuiteImpl(
    getCiphersuiteFromName(SUITE_NAME),
  );
  return {
    ...suite,
    signature: { ...signature, verify: (key, text, signed) => ours.verify(key, text, signed) },
  };
}

/** A group context without extensions. */
export function contextOf(
  groupId: Hex,
  epoch: number,
  treeHash: Hex,
  confirmedTranscriptHash: Hex,
): GroupContext {
  return {
    version: 'mls10',
    cipherSuite: SUITE_NAME,
    groupId: parseHex(groupId),
    epoch: BigInt(epoch),
    treeHash: parseHex(treeHash),
    confirmedTranscriptHash: parseHex(confirmedTranscriptHash),
    extensions: [],
  };
}
