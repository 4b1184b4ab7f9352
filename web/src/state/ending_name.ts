/** What an ending is called. Words are the screen's; the conditions are those of the design, section 4. */
export type EndingName =
  | 'left'
  | 'replaced'
  | 'breached'
  | 'ended-by-host'
  | 'removed-by-host'
  | 'withheld'
  | 'suspended'
  | 'connection-lost'
  | 'server-unreachable'
  | 'cut-by-server'
  /** The time of the meeting, which this device knew from the beginning, is over. */
  | 'expired';

/** What a device knows when a call is over. Whatever is signed was verified before it stands here. */
export interface EndingFacts {
  /** What this device or its person did. */
  readonly own?: 'left' | 'replaced' | 'breached' | undefined;
  /** An act in the chain of this meeting. */
  readonly hostAct?: 'end' | 'removal' | undefined;
  /** A receipt from the log. */
  readonly receipt?: 'withheld' | 'suspended' | undefined;
  /** The meeting's time is over, by the clock of this device. */
  readonly hasExpired: boolean;
  /** The node has signed that it stops. */
  readonly isDrained: boolean;
  /** What the server told this device, over a connection of its own, without a proof. */
  readonly serverSaid?: 'leave' | 'refusal' | undefined;
  /** How many members have lost the server, too. */
  readonly othersLost: number;
  /** At how many addresses of the server nobody answers. */
  readonly deadAddresses: number;
  /** How many members have signed that service goes on. */
  readonly attestations: number;
  /** How often the server was asked to let this device in again, answered, and did not. */
  readonly failedReturns: number;
}

// One member may be wrong, or lie; and one attempt may fall into a hole of the network.
const MIN_ATTESTATIONS = 2;
const MIN_RETURNS = 2;

// A server that several ways don't lead to is not one that has cut somebody.
const MIN_DEAD_ADDRESSES = 2;

/**
 * Names an ending by what is proved. Without any proof it is a lost connection; the server is blamed only
 * for what it said itself, or what others have signed.
 */
export function nameOfEnding(facts: EndingFacts): EndingName {
  const { own, hostAct, receipt } = facts;
  if (own !== undefined) {
    return own;
  }
  if (hostAct !== undefined) {
    return hostAct === 'end' ? 'ended-by-host' : 'removed-by-host';
  }
  return receipt ?? unproved(facts);
}

function unproved(facts: EndingFacts): EndingName {
  if (facts.hasExpired && facts.serverSaid !== undefined) {
    return 'expired';
  }
  if (isCut(facts)) {
    return 'cut-by-server';
  }
  const isGone = facts.othersLost > 0 || facts.deadAddresses >= MIN_DEAD_ADDRESSES;
  return isGone && !facts.isDrained ? 'server-unreachable' : 'connection-lost';
}

function isCut({ serverSaid, isDrained, attestations, failedReturns }: EndingFacts): boolean {
  // A node that stops sends people away. It refuses nobody, and serves nobody meanwhile.
  const isSaid = serverSaid === 'refusal' || (serverSaid === 'leave' && !isDrained);
  return isSaid || (attestations >= MIN_ATTESTATIONS && failedReturns >= MIN_RETURNS);
}
