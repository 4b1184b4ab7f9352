/**
 * The address an SDK client is given, for a page that was loaded from `origin`.
 *
 * @throws TypeError when `origin` is not an absolute URL.
 */
export function signallingUrl(origin: string): string {
  const url = new URL(origin);
  const scheme = url.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${url.host}`;
}
