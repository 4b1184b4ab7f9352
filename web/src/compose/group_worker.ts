import workerUrl from '../e2ee/group/mls_worker?worker&url';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The name that the server's content security policy allows. */
const POLICY = 'folkmoot-group-worker';

let address: string | undefined;

/** Starts the worker in which the group's keys live. */
export function startGroupWorker(): Worker {
  address ??= trusted(workerUrl);
  return new Worker(address, { type: 'module', name: 'group keys' });
}

/** The one address that this page starts a worker from, in the form that Trusted Types ask for. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy(POLICY, {
    createScriptURL: (asked) => {
      if (asked !== url) {
        throw new TypeError('Workers are started from this page’s own file only.');
      }
      return asked;
    },
  });
  // A TrustedScriptURL, which the types take for a text.
  return policy?.createScriptURL(url) ?? url;
}
