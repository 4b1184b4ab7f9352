/** Why a server did not do what it was asked. */
export type Fault =
  /** No answer, or none of this server. */
  | { readonly kind: 'unreachable' }
  /** No such meeting, an expired one, or a link that doesn't fit: it never says which. */
  | { readonly kind: 'not-admitted' }
  | { readonly kind: 'too-many'; readonly retryAfterS: number }
  /** In the server's words. */
  | { readonly kind: 'refused'; readonly error: string; readonly message: string }
  /** An answer that can't be read. */
  | { readonly kind: 'bad-answer' }
  /** The server names another host than the link does. Nothing that it said is trusted. */
  | { readonly kind: 'host-mismatch' };

/** A server did not do what it was asked. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.kind);
    this.fault = fault;
  }
}
