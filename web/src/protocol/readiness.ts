/** Most reasons taken from one answer. */
export const MAX_REASONS = 8;

/** Longest reason taken; the server's are single words. */
export const MAX_REASON_CHARS = 40;

/** What `/readyz` said. */
export type ReadinessAnswer =
  { readonly isReady: true } | { readonly isReady: false; readonly reasons: readonly string[] };

/**
 * Reads an answer of `/readyz`: 200 means ready. Anything else means not ready, with the words in
 * `reasons` of a JSON object, where the server gave some: `{"ready": false, "reasons": ["draining"]}`.
 */
export function parseReadiness(status: number, body: string): ReadinessAnswer {
  if (status === 200) {
    return { isReady: true };
  }
  return { isReady: false, reasons: reasonsIn(body) };
}

function reasonsIn(body: string): readonly string[] {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('reasons' in parsed)) {
    return [];
  }
  const { reasons } = parsed;
  if (!Array.isArray(reasons)) {
    return [];
  }
  return reasons
    .filter((reason) => typeof reason === 'string')
    .map((reason) => reason.trim().slice(0, MAX_REASON_CHARS))
    .filter((reason) => reason !== '')
    .slice(0, MAX_REASONS);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
