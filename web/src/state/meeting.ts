/** What the screens know of the meeting that they are about. */
export interface MeetingFacts {
  /** As the host called it; empty where the host gave no name. */
  readonly title: string;
  /** The whole link, secret included: to be shown and copied, never stored or sent. */
  readonly link: string;
  /** Whether this device holds the host key. */
  readonly isHost: boolean;
  /** The spare of the host key, only on the device that made it and until the page is left. */
  readonly hostLink: string | undefined;
  readonly expiresAtMs: number;
}

/** What a server says of itself; each text may be empty. */
export interface ServerFacts {
  readonly operator: string;
  /** Country or place, as the operator declares it. */
  readonly place: string;
  readonly canCreate: boolean;
}
