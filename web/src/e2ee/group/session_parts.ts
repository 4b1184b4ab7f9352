import type { Observable } from '../../observable/observable';
import type { SigningKey } from '../../protocol/signing';
import type { ChannelConnection, ChannelEnd, ConnectionHandlers } from './channel_client';
import type { Clock } from '../../observable/clock';
import type { SignedGrant } from './commit_data';
import type { NewEpoch } from './epoch_secret';
import type { GroupKeys, ReceivedMessage } from './group_keys';
import type { MessageType } from './group_message';
import type { Bytes } from '../../protocol/bytes';

export type SessionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'member' }
  /** Put out, with a reason that holds. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'ended'; readonly why: ChannelEnd | 'left' | 'closed' };

/** What happened that people may have to be told. */
export type SessionNotice =
  /** A commit that the rules forbid: the group goes on without it. */
  | { readonly kind: 'refused-commit'; readonly why: string }
  | { readonly kind: 'unreadable-entry'; readonly why: string }
  /** A GroupInfo of the server's that could not be used. */
  | { readonly kind: 'bad-group-info'; readonly why: string }
  /**
   * This device joins anew: entries were missed, nobody was heard, the others are in another epoch, too many
   * entries were void, or the acts put out somebody who was let in here before they were known.
   */
  | { readonly kind: 'joining-anew'; readonly why: 'gap' | 'alone' | 'apart' | 'behind' | 'no-group' | 'acts' }
  /** There have been host acts that nobody here can show: only the host opens the meeting again. */
  | { readonly kind: 'waits-for-host' }
  /** A message that the server does not take, and will not. */
  | { readonly kind: 'unsent-message'; readonly type: MessageType; readonly why: string }
  /** The server says that it stops. The signature is not checked yet. */
  | { readonly kind: 'drain'; readonly atMs: number; readonly signature: Bytes }
  /** A fault of this release's own. */
  | { readonly kind: 'fault'; readonly error: unknown };

/** What became of a message that was sent here. `body` is the very object that was given to `send`. */
export type Outcome =
  /** It stands in the order, at this sequence number of it. */
  | {
      readonly kind: 'sent';
      readonly type: MessageType;
      readonly body: Bytes;
      readonly sequence: number;
      readonly place: number;
    }
  /** The server does not take it, and will not. */
  | { readonly kind: 'unsent'; readonly type: MessageType; readonly body: Bytes };

/** A message, and its place in the order: the sequence number of its entry. */
export type PlacedMessage = ReceivedMessage & { readonly place: number };

export interface SessionParts {
  readonly keys: GroupKeys;
  readonly groupId: Bytes;
  readonly connect: (handlers: ConnectionHandlers) => ChannelConnection;
  readonly admit: () => Promise<string>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly hostSigner?: SigningKey;
  /** The host's act with which the acts begin anew after a head (`makeReopening`). */
  readonly reopen?: (previous: Bytes) => Promise<Bytes>;
  readonly grant?: SignedGrant;
  /** What it does is done before the others hear that this device is in the epoch. */
  readonly onEpoch?: (epoch: NewEpoch) => Promise<void>;
  readonly onMessage: (message: PlacedMessage) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
  readonly onNotice: (notice: SessionNotice) => void;
}

/** Resolves once a device is a member; never, if it does not become one. */
export async function untilMember(state: Observable<SessionState>): Promise<void> {
  if (state.value.kind === 'member') {
    return;
  }
  await new Promise<void>((resolve) => {
    const stop = state.subscribe(({ kind }) => {
      if (kind === 'member') {
        stop();
        resolve();
      }
    });
  });
}
