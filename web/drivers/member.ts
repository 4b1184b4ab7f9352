import { signGrant, type SignedGrant } from '../src/e2ee/group/commit_data';
import { GroupCore } from '../src/e2ee/group/group_core';
import type { ReceivedMessage } from '../src/e2ee/group/group_keys';
import { GroupSession } from '../src/e2ee/group/group_session';
import { FIRST_STATE, makeAct, makeReopening, type Act } from '../src/e2ee/group/host_acts';
import { MlsGroup } from '../src/e2ee/group/mls_group';
import { safetyCodeOf } from '../src/e2ee/group/safety_code';
import type { SessionNotice, SessionParts } from '../src/e2ee/group/session_parts';
import { makeLeafKey, type LeafKey } from '../src/e2ee/leaf_key';
import { encodeBase64url, parseUtf8, sha256 } from '../src/protocol/bytes';
import type { SigningKey } from '../src/protocol/signing';
import { invitationOf, type Invitation } from './meeting';
import type { SkippingClock } from './skipping_clock';
import { Wire } from './wire';

const EXPORT_LABEL = 'folkmoot v1 driver';
const MAX_MEMBERS = 200;
const ALWAYS = 2 ** 40;

/** How somebody joins. */
export interface JoinOptions {
  readonly link: string;
  /** Where the channel is, if not at the link's server: a malicious one stands in between. */
  readonly channel?: string;
  /** The host link of who lets this device in. */
  readonly grantedBy?: string;
  /** The leaf key, if it is not a fresh one. */
  readonly leafKey?: LeafKey;
}

/** A real member: keys, session, and a connection to a real server. */
export class DriverMember {
  readonly invitation: Invitation;
  readonly leafKey: LeafKey;
  readonly core: GroupCore;
  readonly keys: MlsGroup;
  readonly session: GroupSession;
  readonly wire: Wire;
  readonly #notices: SessionNotice[];
  readonly #heard: ReceivedMessage[];

  private constructor(parts: Pick<DriverMember, 'invitation' | 'leafKey' | 'core' | 'keys' | 'session' | 'wire'>, notices: SessionNotice[], heard: ReceivedMessage[]) {
    ({ invitation: this.invitation, leafKey: this.leafKey, core: this.core } = parts);
    ({ keys: this.keys, session: this.session, wire: this.wire } = parts);
    this.#notices = notices;
    this.#heard = heard;
  }

  static async join(options: JoinOptions, clock: SkippingClock): Promise<DriverMember> {
    const invitation = await invitationOf(options.link);
    const leafKey = options.leafKey ?? (await makeLeafKey());
    const { hostKey, groupTicket } = await invitation.admit(leafKey);
    const { secrets, host } = invitation;
    const material = { secrets, hostKey, leafKey, maxMembers: MAX_MEMBERS };
    const core = await GroupCore.open(material, () => clock.now());
    const keys = new MlsGroup(core);
    const wire = new Wire(options.channel ?? channelOf(options.link));
    const [notices, heard]: [SessionNotice[], ReceivedMessage[]] = [[], []];
    const tickets = [groupTicket];
    const session = new GroupSession({
      keys,
      clock,
      connect: wire.connect,
      groupId: secrets.groupId,
      admit: async () => tickets.pop() ?? (await invitation.admit(leafKey)).groupTicket,
      random: () => Math.random(),
      onMessage: (message) => heard.push(message),
      onNotice: (notice) => notices.push(notice),
      ...(host && hostParts(invitation, host)),
      ...(await grantParts(invitation, leafKey, options.grantedBy)),
    });
    session.start();
    return new DriverMember({ invitation, leafKey, core, keys, session, wire }, notices, heard);
  }

  /** Carries out a host's act that follows what this device knows. */
  act(act: Act, signer?: SigningKey): Promise<string> {
    const { secrets, host } = this.invitation;
    return this.session.act(async () => {
      const { head, count } = this.core.memory.acts.state;
      const state = { ...FIRST_STATE, head, count };
      const sealed = await makeAct(secrets, state, act, signer ?? host ?? this.leafKey);
      return { sealed, isRemoval: act.kind === 'removal' };
    });
  }

  /** Everything that its person could see, and marks of what they can't. */
  async dump(): Promise<Record<string, unknown>> {
    const { state, health, ready } = this.session;
    return {
      identity: this.leafKey.identity,
      state: state.value,
      health: health.value,
      ready: [...ready.value].sort(),
      notices: this.#notices.map(readable),
      heard: this.#heard.map(({ from, type, body }) => ({
        from: from.identity,
        type,
        text: parseUtf8(body),
      })),
      group: await this.#dumpGroup(),
    };
  }

  async #dumpGroup(): Promise<Record<string, unknown> | null> {
    const view = await this.keys.view();
    if (view === undefined) {
      return null;
    }
    const { epoch, roster, treeHash, acts } = view;
    const secret = await this.keys.exportKey(EXPORT_LABEL, new Uint8Array(), 32);
    return {
      epoch,
      roster: roster.map(({ identity }) => identity),
      hosts: roster.filter(({ isHost }) => isHost).map(({ identity }) => identity),
      code: (await safetyCodeOf(view)).groups.join(' '),
      treeHash: encodeBase64url(treeHash),
      acts: { ...acts, head: encodeBase64url(acts.head) },
      // A mark of the secret: who has the same mark has the same secret.
      secret: encodeBase64url(await sha256(secret)),
    };
  }
}

function channelOf(link: string): string {
  return `${new URL(link).origin.replace(/^http/, 'ws')}/group`;
}

function hostParts({ secrets }: Invitation, host: SigningKey): Pick<SessionParts, 'hostSigner' | 'reopen'> {
  return { hostSigner: host, reopen: (previous) => makeReopening(secrets, previous, host) };
}

async function grantParts(
  { secrets }: Invitation,
  { publicKey }: LeafKey,
  hostLink: string | undefined,
): Promise<{ grant?: SignedGrant }> {
  const host = hostLink === undefined ? undefined : (await invitationOf(hostLink)).host;
  if (host === undefined) {
    return {};
  }
  const granted = { leafKey: publicKey, role: 0, untilEpoch: ALWAYS };
  return { grant: await signGrant(secrets.groupId, granted, host) };
}

function readable(notice: SessionNotice): Record<string, unknown> {
  return notice.kind === 'fault' ? { kind: 'fault', why: String(notice.error) } : { ...notice };
}
