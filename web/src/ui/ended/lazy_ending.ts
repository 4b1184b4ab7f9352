/** The page that a call ends on. Asked for during the call: a server that is gone can't be asked for it. */
export function endingParts(): Promise<typeof import('./final')> {
  return import('./final');
}
