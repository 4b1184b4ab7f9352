/** Longest reason shown; the rest of an overlong answer is cut. */
export const MAX_REASON_CHARS = 300;

/** What `/readyz` said. */
export type ReadinessAnswer =
  { readonly isReady: true } | { readonly isReady: false; readonly reason: string | undefined };

/**
 * Reads an answer of `/readyz`: 200 means ready; anything else means not ready, with the reason as
 * the `reason` of a JSON object where the server gave one.
 */
export function parseReadiness(status: number, body: string): ReadinessAnswer {
  if (status === 200) {
    return { isReady: true };
  }
  return { isReady: false, reason: reasonIn(body) };
}

function reasonIn(body: string): string | undefined {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('reason' in parsed)) {
    return undefined;
  }
  const { reason } = parsed;
  if (typeof reason !== 'string' || reason.trim() === '') {
    return undefined;
  }
  return reason.trim().slice(0, MAX_REASON_CHARS);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
