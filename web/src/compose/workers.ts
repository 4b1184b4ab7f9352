import frameWorkerUrl from '../e2ee/frames/frame_worker?worker&url';
import groupWorkerUrl from '../e2ee/group/mls_worker?worker&url';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The name that the server's content security policy allows. */
const POLICY = 'folkmoot-workers';

const OWN: readonly string[] = [frameWorkerUrl, groupWorkerUrl];

let trust: ((url: string) => string) | undefined;

const NAMES = { [groupWorkerUrl]: 'group keys', [frameWorkerUrl]: 'frames' };

/** Workers that have loaded, or are about to, and have been told nothing yet. */
const prepared = new Map<string, Worker>();

/** The worker in which the group's keys live. */
export function startGroupWorker(): Worker {
  return started(groupWorkerUrl);
}

/** The worker in which sound and pictures are encrypted. */
export function startFrameWorker(): Worker {
  return started(frameWorkerUrl);
}

/** Loads both while people look at the page before the call. */
export function prepareWorkers(): void {
  for (const url of OWN) {
    if (!prepared.has(url)) prepare(url);
  }
}

/** Nobody joins: they are not needed. */
export function dismissWorkers(): void {
  for (const worker of prepared.values()) {
    worker.terminate();
  }
  prepared.clear();
}

function prepare(url: string): void {
  const worker = made(url);
  prepared.set(url, worker);
  // Whoever joins tries again, and hears of it.
  worker.addEventListener('error', () => {
    if (prepared.get(url) === worker) prepared.delete(url);
  });
}

function started(url: string): Worker {
  const worker = prepared.get(url) ?? made(url);
  prepared.delete(url);
  return worker;
}

function made(url: string): Worker {
  return new Worker(trusted(url), { type: 'module', name: NAMES[url] ?? '' });
}

/** The addresses that this page starts workers from, in the form that Trusted Types ask for. */
function trusted(url: string): string {
  trust ??= makeTrust();
  return trust(url);
}

function makeTrust(): (url: string) => string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy(POLICY, {
    createScriptURL: (asked) => {
      if (!OWN.includes(asked)) {
        throw new TypeError('Workers are started from this page’s own files only.');
      }
      return asked;
    },
  });
  // A TrustedScriptURL, which the types take for a text.
  return (url) => policy?.createScriptURL(url) ?? url;
}
