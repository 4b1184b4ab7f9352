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

/** Starts the worker in which the group's keys live. */
export function startGroupWorker(): Worker {
  return new Worker(trusted(groupWorkerUrl), { type: 'module', name: 'group keys' });
}

/** Starts the worker in which sound and pictures are encrypted. */
export function startFrameWorker(): Worker {
  return new Worker(trusted(frameWorkerUrl), { type: 'module', name: 'frames' });
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
