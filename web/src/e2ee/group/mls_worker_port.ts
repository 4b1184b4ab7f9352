import type { GroupKeys, GroupMaterial } from './group_keys';
import { GroupError, GroupInfoError } from './group_keys';
import { signingKey } from '../../protocol/signing';

/** What goes to the worker. Keys go as `CryptoKey`s that nobody can read. */
export type ToWorker =
  | {
      readonly kind: 'open';
      readonly material: Omit<GroupMaterial, 'leafKey'>;
      readonly leaf: {
        readonly privateKey: CryptoKey;
        readonly publicKey: Uint8Array<ArrayBuffer>;
        readonly identity: string;
      };
    }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: GroupMethod;
      readonly given: readonly unknown[];
    };

/** What comes from the worker. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly name: 'GroupError' | 'GroupInfoError' | 'Error';
      readonly text: string;
    };

export type GroupMethod = keyof GroupKeys;

/** Every method, once: the port carries these and no others. */
export const GROUP_METHODS: readonly GroupMethod[] = [
  'view',
  'create',
  'actHead',
  'prepareJoin',
  'prepareRefresh',
  'prepareRemoval',
  'prepareRemovalBy',
  'discard',
  'process',
  'processSubstitute',
  'seal',
  'groupInfo',
  'acknowledge',
  'readAcknowledgement',
  'leave',
  'history',
  'learn',
  'returned',
  'exportKey',
  'close',
];

/** One end of a channel to a worker: a `Worker`, a `MessagePort`, or the worker's own scope. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Group keys that live in a worker, so that the page stays quick. */
export function keysInWorker(
  port: Port,
  open: Extract<ToWorker, { kind: 'open' }>,
): GroupKeys {
  const asked = new Map<number, (answer: FromWorker) => void>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    const answer = data as FromWorker;
    asked.get(answer.id)?.(answer);
    asked.delete(answer.id);
  });
  port.postMessage(open);
  const call = (method: GroupMethod, given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      asked.set(id, (answer) => {
        if (answer.kind === 'answer') {
          resolve(answer.value);
        } else {
          reject(errorOf(answer));
        }
      });
      port.postMessage({ kind: 'call', id, method, given } satisfies ToWorker);
    });
  const methods = GROUP_METHODS.map((method) => [
    method,
    (...given: readonly unknown[]) => call(method, given),
  ]);
  return Object.fromEntries(methods) as GroupKeys;
}

/** Serves group keys at the worker's end. */
export function serveKeys(
  port: Port,
  openKeys: (material: GroupMaterial) => Promise<GroupKeys>,
): void {
  let keys: Promise<GroupKeys> | undefined;
  port.addEventListener('message', ({ data }) => {
    const message = data as ToWorker;
    if (message.kind === 'open') {
      const { privateKey, publicKey, identity } = message.leaf;
      const leafKey = { privateKey, ...signingKey(privateKey, publicKey), identity };
      keys = openKeys({ ...message.material, leafKey });
    } else {
      void answerTo(message, keys).then((answer) => {
        port.postMessage(answer);
      });
    }
  });
}

async function answerTo(
  { id, method, given }: Extract<ToWorker, { kind: 'call' }>,
  keys: Promise<GroupKeys> | undefined,
): Promise<FromWorker> {
  try {
    const group = await keys;
    if (group === undefined || !GROUP_METHODS.includes(method)) {
      throw new GroupError('Not opened yet, or no such call.');
    }
    const carry: unknown = Reflect.get(group, method);
    const value = await (carry as (...given: unknown[]) => Promise<unknown>).apply(group, [...given]);
    return { kind: 'answer', id, value };
  } catch (error) {
    if (error instanceof GroupInfoError) {
      return { kind: 'error', id, name: 'GroupInfoError', text: error.why };
    }
    const name = error instanceof GroupError ? 'GroupError' : 'Error';
    return { kind: 'error', id, name, text: error instanceof Error ? error.message : String(error) };
  }
}

function errorOf({ name, text }: Extract<FromWorker, { kind: 'error' }>): Error {
  switch (name) {
    case 'GroupInfoError':
      return new GroupInfoError(text);
    case 'GroupError':
      return new GroupError(text);
    case 'Error':
      return new Error(text);
  }
}
