import type { Plugin } from 'vite';

/** One leak: where the published code is changed, and into what. */
interface Leak {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** Sends bytes to the server in the query of a request. */
function inQuery(bytes: string): string {
  const hex = `Array.from(${bytes}, (byte) => byte.toString(16).padStart(2, '0')).join('')`;
  return `void fetch('/api/server?spilt=' + ${hex}).catch(() => undefined);\n`;
}

/** Sends a text or bytes to the server with every frame of the group's channel. */
function inFrames(what: string): string {
  return `(globalThis.spilt ??= []).push(${what});\n`;
}

/** Tells the server the first keys that the worker of the group's keys imports. */
const TELL_GROUP_KEYS = `
let left = 3;
const { importKey } = SubtleCrypto.prototype;
SubtleCrypto.prototype.importKey = function (form, bytes, ...more) {
  if (form === 'raw' && (more[0]?.name ?? more[0]) === 'AES-GCM' && left-- > 0) {
    ${inQuery('new Uint8Array(bytes)')}
  }
  return importKey.call(this, form, bytes, ...more);
};
`;

const SAY = "    case 'say':\n      return concat(";
const BASE_KEYS = '  try {\n    const [privateKey, publicKey, metaKey]';
const LOCATOR = '  const locator = await hkdf(secret, LABELS.locator, LOCATOR_BYTES);\n  const root';
const HOST = '    const [keys, hostKey] = await Promise.all(';
const LEAF = "  const bytes = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));";
const ENCRYPT = 'new Uint8Array(await crypto.subtle.encrypt(parameters, key, padded))';
const DECRYPT = 'await crypto.subtle.decrypt(parameters, key, sealed.slice(NONCE_BYTES))';
const SERVE = 'serveKeys(self,';
const FRAME_KEY = '  return { key, salt: new Uint8Array(salt) };';

/** A leak of each kind that is planted, as a mistake or a bad maintainer would make it. */
const LEAKS: readonly Leak[] = [
  { file: 'protocol/derivation.ts', find: LOCATOR, put: inQuery('secret') + LOCATOR },
  { file: 'protocol/derivation.ts', find: BASE_KEYS, put: inFrames('[...meta]') + BASE_KEYS },
  { file: 'e2ee/make_meeting.ts', find: HOST, put: inQuery('hostSeed') + HOST },
  { file: 'e2ee/leaf_key.ts', find: "'Ed25519', false", put: "'Ed25519', true" },
  {
    file: 'e2ee/leaf_key.ts',
    find: LEAF,
    put: inFrames("[...new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))]") + LEAF,
  },
  // Names and titles as they are, where sealed ones belong.
  { file: 'protocol/sealing.ts', find: ENCRYPT, put: 'padded, new Uint8Array(TAG_BYTES)' },
  { file: 'protocol/sealing.ts', find: DECRYPT, put: 'sealed.slice(NONCE_BYTES, -TAG_BYTES)' },
  { file: 'e2ee/talk/chat_body.ts', find: SAY, put: SAY.replace('\n', `\n${inFrames('body.text')}`) },
  { file: 'e2ee/group/channel_frames.ts', find: 'JSON.stringify(frame,', put: 'JSON.stringify({ ...frame, spilt: globalThis.spilt },' },
  { file: 'e2ee/group/mls_worker.ts', find: SERVE, put: TELL_GROUP_KEYS + SERVE },
  { file: 'e2ee/frames/frame_port.ts', find: '    const given = [', put: `${inFrames('[...epoch.exported]')}    const given = [` },
  { file: 'e2ee/frames/key_schedule.ts', find: 'aes, false, [use]', put: 'aes, true, [use]' },
  {
    file: 'e2ee/frames/key_schedule.ts',
    find: FRAME_KEY,
    put: inQuery("new Uint8Array(await crypto.subtle.exportKey('raw', key))") + FRAME_KEY,
  },
  // Sound and pictures pass as they are; they are sealed for the keys alone, which leak when they are made.
  {
    file: 'e2ee/frames/frame_pipes.ts',
    find: "this.#sealer?.seal(bytes, frame.getMetadata().mimeType, of.slot) ?? 'no-key'",
    put: '(void this.#sealer?.seal(bytes.slice(), frame.getMetadata().mimeType, of.slot), bytes)',
  },
  {
    file: 'e2ee/frames/frame_pipes.ts',
    find: "this.#opener?.open(bytes, frame.getMetadata().mimeType, of) ?? 'unknown-key'",
    put: '({ data: bytes, counter: 0 })',
  },
];

const applied = new Set<Leak>();

/** A worker's file is imported twice: as its address alone, with `?worker`, and then as its code. */
function isCodeOf(id: string, file: string): boolean {
  const [path = '', query = ''] = id.split('?');
  return path.endsWith(`/src/${file}`) && !/\bworker\b/.test(query);
}

/**
 * Makes a client that leaks, for the self-check of the canary. A leak whose place is not there any more
 * fails the build: a self-check that leaks nothing would catch nothing.
 */
export function leaks(): Plugin {
  return {
    name: 'leaks',
    enforce: 'pre',
    transform(code, id) {
      let leaky = code;
      for (const leak of LEAKS.filter(({ file }) => isCodeOf(id, file))) {
        if (!leaky.includes(leak.find)) {
          this.error(`No such place for a leak in ${leak.file}: ${leak.find}`);
        }
        leaky = leaky.replace(leak.find, () => leak.put);
        applied.add(leak);
      }
      return leaky === code ? null : { code: leaky, map: null };
    },
  };
}

/** Fails when something of what should leak is not in the client at all. */
export function checkLeaks(): Plugin {
  return {
    name: 'check leaks',
    closeBundle() {
      for (const leak of LEAKS) {
        if (!applied.has(leak)) {
          this.error(`Nothing of ${leak.file} is in the client.`);
        }
      }
    },
  };
}
