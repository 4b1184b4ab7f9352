import type { Proposal, PublicMessage } from 'ts-mls';

import { encodeBase64url, type Bytes } from '../../protocol/bytes';
import { parseCommitData, type Reason, type SignedGrant } from './commit_data';
import type { MembershipCheck } from './credential';
import { grantStatement, leaveStatement } from './group_statements';
import {
  followAct,
  speaksForHost,
  type ActContext,
  type ActState,
  type NextAct,
} from './host_acts';
import type { Commit, Grounds, Proposed } from './membership_rules';
import { leafOf } from './tree_view';

/** A commit as the rules see it, and the act in it. */
export interface Evidence {
  readonly commit: Commit;
  readonly next: NextAct | undefined;
}

/** What is known of host acts. */
export interface KnownActs {
  readonly state: ActState;
  readonly isComplete: boolean;
}

/** Checks the signatures in a commit; undefined when the message is no commit. */
export async function gatherEvidence(
  message: PublicMessage,
  context: ActContext,
  membership: MembershipCheck,
  acts: KnownActs,
): Promise<Evidence | undefined> {
  const { content } = message;
  if (content.contentType !== 'commit') {
    return undefined;
  }
  const { path, proposals } = content.commit;
  const data = parseCommitData(content.authenticatedData);
  const weighed = data === undefined ? undefined : await weigh(data.reason, context, acts);
  return {
    next: weighed?.next,
    commit: {
      sender: senderOf(message),
      proposals: proposals.map((one) =>
        // What was proposed before, by reference, is never used here.
        one.proposalOrRefType === 'proposal' ? proposedOf(one.proposal) : { kind: 'other' },
      ),
      path: path && {
        ...leafOf(path.leafNode),
        isMember: await membership.validateCredential(
          path.leafNode.credential,
          path.leafNode.signaturePublicKey,
        ),
      },
      data: data &&
        weighed && { actHead: encodeBase64url(data.actHead), grounds: weighed.grounds },
    },
  };
}

function senderOf({ content: { sender } }: PublicMessage): Commit['sender'] {
  switch (sender.senderType) {
    case 'member':
      return { kind: 'member', index: sender.leafIndex };
    case 'new_member_commit':
      return { kind: 'joiner' };
    default:
      return { kind: 'other' };
  }
}

function proposedOf(proposal: Proposal): Proposed {
  switch (proposal.proposalType) {
    case 'remove':
      return { kind: 'remove', index: (proposal as { remove: { removed: number } }).remove.removed };
    case 'external_init':
      return { kind: 'external-init' };
    default:
      return { kind: 'other' };
  }
}

interface Weighed {
  readonly grounds: Grounds;
  readonly next?: NextAct;
}

async function weigh(reason: Reason, context: ActContext, acts: KnownActs): Promise<Weighed> {
  switch (reason.kind) {
    case 'none':
      return { grounds: { kind: 'none' } };
    case 'grant':
      return { grounds: await weighGrant(reason.grant, context, acts) };
    case 'act':
      return weighAct(reason.sealed, context, acts);
    case 'left': {
      const { groupId } = context.secrets;
      const isGenuine = await Promise.all(
        reason.leaves.map(({ leafKey, signature }) =>
          context.verifier.verify(leafKey, leaveStatement(groupId, leafKey), signature),
        ),
      );
      const leafKeys = reason.leaves.map(({ leafKey }) => encodeBase64url(leafKey));
      return { grounds: isGenuine.includes(false) ? { kind: 'false' } : { kind: 'left', leafKeys } };
    }
    case 'lost': {
      const claims = reason.claims.map(({ leafKey, position }) => ({
        leafKey: encodeBase64url(leafKey),
        position,
      }));
      return { grounds: { kind: 'lost', claims } };
    }
  }
}

async function weighGrant(
  grant: SignedGrant,
  { secrets, hostKey, verifier }: ActContext,
  { state, isComplete }: KnownActs,
): Promise<Grounds> {
  const statement = grantStatement(secrets.groupId, grant);
  // Who has not seen the acts does not know the co-hosts, and leaves them to who has.
  const isHosts = speaksForHost(hostKey, state, grant.signer) || !isComplete;
  const isGenuine = isHosts && (await verifier.verify(grant.signer, statement, grant.signature));
  return isGenuine
    ? {
        kind: 'grant',
        leafKey: encodeBase64url(grant.leafKey),
        untilEpoch: grant.untilEpoch,
      }
    : { kind: 'false' };
}

async function weighAct(
  sealed: Bytes,
  context: ActContext,
  { state, isComplete }: KnownActs,
): Promise<Weighed> {
  const next = isComplete ? await followAct(context, state, sealed) : undefined;
  if (next === undefined) {
    return { grounds: { kind: 'false' } };
  }
  const removes = next.act.kind === 'removal' ? next.act.leafKeys.map(encodeBase64url) : [];
  const headAfter = encodeBase64url(next.state.head);
  return { grounds: { kind: 'act', removes, headAfter }, next };
}
