import {
  encodeCreation,
  encodeKnock,
  parseAdmission,
  parseCreated,
  parseNonce,
  parseProblem,
  parseServer,
  type AdmissionAnswer,
  type ServerAnswer,
} from '../protocol/api';
import { encodeBase64url, type Bytes } from '../protocol/bytes';
import type { SignedCreation, SignedKnock } from '../protocol/statements';
import { RequestError, type Fault } from './request_error';

/** How long a request may take. */
export const REQUEST_TIMEOUT_MS = 10_000;

// What is waited where the server doesn't say.
const DEFAULT_RETRY_AFTER_S = 10;

// No server means it when it says more than an hour.
const MAX_RETRY_AFTER_S = 3_600;

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The meetings of one server, over REST. Every method throws `RequestError`. */
export class MeetingsApi {
  readonly #fetch: Fetch;
  readonly #origin: string;

  constructor(fetch: Fetch, origin: string) {
    this.#fetch = fetch;
    this.#origin = origin;
  }

  /** What the server says of itself. */
  async serverFacts(): Promise<ServerAnswer> {
    return readAs(parseServer, await this.#request('GET', '/api/server'));
  }

  /** Has a meeting kept; answers when it expires. The same request again is answered alike. */
  async createMeeting(creation: SignedCreation): Promise<number> {
    const body = encodeCreation(creation);
    return readAs(parseCreated, await this.#request('POST', '/api/meetings', body));
  }

  /** Takes a nonce for a meeting, whether there is such a meeting or not. */
  async requestNonce(locator: Bytes): Promise<Bytes> {
    return readAs(parseNonce, await this.#request('POST', `${pathOf(locator)}/nonces`));
  }

  /** Asks to be let in. */
  async admit(knock: SignedKnock): Promise<AdmissionAnswer> {
    const path = `${pathOf(knock.locator)}/admissions`;
    return readAs(parseAdmission, await this.#request('POST', path, encodeKnock(knock)));
  }

  async #request(method: 'GET' | 'POST', path: string, body?: string): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(`${this.#origin}${path}`, {
        method,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      text = await response.text();
    } catch {
      // The cause may name the address, and is of no use to anybody.
      throw new RequestError({ kind: 'unreachable' });
    }
    if (!response.ok) {
      throw new RequestError(faultOf(response, text));
    }
    return text;
  }
}

function pathOf(locator: Bytes): string {
  return `/api/meetings/${encodeBase64url(locator)}`;
}

function readAs<T>(parse: (body: string) => T | undefined, body: string): T {
  const answer = parse(body);
  if (answer === undefined) {
    throw new RequestError({ kind: 'bad-answer' });
  }
  return answer;
}

function faultOf(response: Response, body: string): Fault {
  const { error, message } = parseProblem(body);
  if (response.status === 429) {
    return { kind: 'too-many', retryAfterS: retryAfterS(response) };
  }
  if (response.status === 403 && error === 'not_admitted') {
    return { kind: 'not-admitted' };
  }
  if (response.status >= 502 && response.status <= 504) {
    // A proxy without its server, or a server that is about to stop.
    return { kind: 'unreachable' };
  }
  return error === '' ? { kind: 'bad-answer' } : { kind: 'refused', error, message };
}

function retryAfterS(response: Response): number {
  const header = response.headers.get('retry-after') ?? '';
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : DEFAULT_RETRY_AFTER_S;
  return Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_S);
}
