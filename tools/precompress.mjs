// Writes FILE.br and FILE.gz beside each text file of a built folder, so that the server only picks one.
//
//     node tools/precompress.mjs web/dist

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(css|html|js|json|md|mjs|svg|txt|wasm|webmanifest)$/u;
// Below this a file fits the first packets anyway.
const MIN_BYTES = 1024;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder? node tools/precompress.mjs web/dist');
  process.exit(2);
}

function brotli(plain) {
  return brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
}

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !TEXT.test(entry.name) || path.includes('/.')) continue;
  const plain = readFileSync(path);
  if (plain.length < MIN_BYTES) continue;
  writeFileSync(`${path}.br`, brotli(plain));
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }));
}
