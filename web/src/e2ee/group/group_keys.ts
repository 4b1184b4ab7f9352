import type { Bytes } from '../../protocol/bytes';
import type { Acknowledgement } from './acknowledgement';
import type { LeafKey } from '../leaf_key';
import type { SignedGrant, SignedLeave } from './commit_data';
import type { MessageType } from './group_message';
import type { GroupSecrets } from './group_secrets';
import type { Act } from './host_acts';
import type { Change, Refusal } from './membership_rules';

/** One member, as the tree has it. */
export interface Member {
  readonly index: number;
  readonly identity: string;
  readonly leafKey: Bytes;
  /** The host's own device, or a co-host's. */
  readonly isHost: boolean;
}

/** Where the group stands, as this device sees it. */
export interface GroupView {
  readonly groupId: Bytes;
  readonly epoch: number;
  /** In order of their leaves. */
  readonly roster: readonly Member[];
  readonly self: Member;
  readonly epochAuthenticator: Bytes;
  readonly treeHash: Bytes;
  readonly acts: {
    readonly head: Bytes;
    readonly count: number;
    /** Whether this device has seen every act that the head stands for. */
    readonly isComplete: boolean;
    readonly hasToAsk: boolean;
    readonly isLocked: boolean;
  };
}

/** What is needed to be a member. */
export interface GroupMaterial {
  readonly secrets: GroupSecrets;
  /** The host's public key, checked against the link. */
  readonly hostKey: Bytes;
  readonly leafKey: LeafKey;
  readonly maxMembers: number;
}

/** A commit that is made and does not count before it comes back in the order. */
export interface Prepared {
  readonly epoch: number;
  readonly message: Bytes;
  /** The GroupInfo after it. */
  readonly groupInfo: Bytes;
  readonly actHead: Bytes;
  /** Whether the acts keep anybody out, as far as they are known here. */
  readonly needsHost: boolean;
}

/** A group that was made. */
export interface Created {
  readonly groupInfo: Bytes;
  readonly actHead: Bytes;
  /** Whether its acts keep anybody out. */
  readonly needsHost: boolean;
}

/** What somebody who joins is told by the server. */
export interface JoinOffer {
  readonly groupInfo: Bytes;
  readonly actHead: Bytes;
  readonly grant?: SignedGrant | undefined;
}

/** Why members are to be removed. */
export type RemovalReason =
  | { readonly kind: 'left'; readonly leaves: readonly SignedLeave[] }
  | { readonly kind: 'lost' };

/** A message that a member has signed. */
export interface ReceivedMessage {
  readonly kind: 'message';
  readonly type: MessageType;
  readonly from: Member;
  readonly epoch: number;
  readonly sequence: number;
  /** How far its sender had read. */
  readonly position: number;
  /** The SHA-256 of what was signed. */
  readonly digest: Bytes;
  readonly body: Bytes;
}

/** Why an entry could not be read. */
export type Unreadable =
  /** No MLSMessage, or none of a kind that is sent here. */
  | 'garbled'
  /** Of an epoch whose keys are gone, or were before this device's time. */
  | 'too-old'
  /** Of an epoch that this device is not in yet, or of another branch. */
  | 'ahead'
  /** It doesn't decrypt: somebody outside, or another branch. */
  | 'undecryptable'
  | 'false-signature'
  /** By somebody who was a member and is none any more. */
  | 'gone'
  | 'replayed';

/** What an entry turned out to be. */
export type Processed =
  | { readonly kind: 'commit'; readonly change: Change; readonly isOwn: boolean; readonly act?: Act }
  /** The group goes on without it: it is void. */
  | { readonly kind: 'refused'; readonly why: Refusal | 'invalid' | 'garbled' | 'other-epoch' }
  /** This device was removed, with a reason that holds. */
  | { readonly kind: 'removed'; readonly change: Change; readonly why: 'act' | 'left' | 'lost' }
  | ReceivedMessage
  | { readonly kind: 'own-message'; readonly sequence: number; readonly isTooOld: boolean }
  | { readonly kind: 'unreadable'; readonly why: Unreadable };

/** What a signed acknowledgement says. */
export interface AckReading {
  readonly identity: string;
  readonly isSelf: boolean;
  /** Signed by the host's key, too. Only such a one may be of somebody who is not in the roster. */
  readonly isByHost: boolean;
  readonly epoch: number;
  readonly position: number;
  /** Same epoch, same tree, same secrets. */
  readonly agrees: boolean;
}

/** Group keys, and everything that members sign. MLS hides behind it. */
export interface GroupKeys {
  /** Undefined: not a member (yet). */
  view(): Promise<GroupView | undefined>;
  /**
   * Makes a group of one, under a head of acts that this device knows, or with a host's reopening.
   *
   * @throws GroupError - the acts up to that head are not known here.
   */
  create(actHead?: Bytes, reopening?: Bytes): Promise<Created>;
  /** The head of the host acts that this device has seen. */
  actHead(): Promise<Bytes>;
  /** Prepares to join, or to replace the own leaf where the tree has it already. */
  prepareJoin(offer: JoinOffer): Promise<Prepared>;
  /** Prepares new keys for the own path, with an act if one is given. */
  prepareRefresh(sealedAct?: Bytes): Promise<Prepared>;
  /** Undefined: there is nobody (left) to remove for this reason. */
  prepareRemoval(reason: RemovalReason): Promise<Prepared | undefined>;
  /** Prepares a removal by a host's act. */
  prepareRemovalBy(sealedAct: Bytes): Promise<Prepared>;
  /** The prepared commit was not taken. */
  discard(): Promise<void>;
  /** Takes the next entry of the order. `isLate`: it came again, after a broken connection. */
  process(message: Bytes, position: number, isLate?: boolean): Promise<Processed>;
  /** Takes a commit that came in a message, in the place of one that is void. */
  processSubstitute(message: Bytes): Promise<Processed>;
  /** Seals and signs a message. With a sequence: once more what was lost on the way. */
  seal(type: MessageType, body: Bytes, sequence?: number): Promise<SealedMessage>;
  groupInfo(): Promise<Bytes>;
  /** Signs to be in this epoch, and how far this device has read. */
  acknowledge(): Promise<OwnAcknowledgement>;
  /** Undefined: signed neither by a member of this epoch nor by the host. */
  readAcknowledgement(body: Bytes): Promise<AckReading | undefined>;
  leave(): Promise<SignedLeave>;
  /** The acts that the head stands for, for who has not seen them; undefined: not known here. */
  history(): Promise<readonly Bytes[] | undefined>;
  /** Takes the acts that somebody sent. */
  learn(sealedActs: readonly Bytes[]): Promise<Learnt>;
  /** The connection broke and is back: nobody is lost for what they may have signed meanwhile. */
  returned(): Promise<void>;
  /** A key of this epoch. */
  exportKey(label: string, context: Bytes, length: number): Promise<Bytes>;
  /** Forgets everything secret. */
  close(): Promise<void>;
}

/** An acknowledgement of this device's, to which the host's key can put its name. */
export interface OwnAcknowledgement {
  readonly acknowledgement: Acknowledgement;
  readonly leafKey: Bytes;
  /** The statement that the host's key signs. */
  readonly hostStatement: Bytes;
}

/** `unfit`: acts that don't lead to the head. `too-late`: they put out somebody who is in this epoch. */
export type Learnt = 'learnt' | 'unfit' | 'too-late';

export interface SealedMessage {
  readonly message: Bytes;
  readonly sequence: number;
  /** The SHA-256 of what was signed. */
  readonly digest: Bytes;
}

/** The group is not in a state in which this can be done. */
export class GroupError extends Error {
  override readonly name = 'GroupError';
}

/** A GroupInfo that can't be used, and why. */
export class GroupInfoError extends GroupError {
  readonly why: string;

  constructor(why: string, cause?: unknown) {
    super(`A GroupInfo that can't be used: ${why}.`, { cause });
    this.why = why;
  }
}
