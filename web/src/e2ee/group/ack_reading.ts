import { equalBytes, type Bytes } from '../../protocol/bytes';
import { identityOf } from '../../protocol/derivation';
import { parseAcknowledgement, type Acknowledgement } from './acknowledgement';
import type { AckReading, GroupView, Member } from './group_keys';
import { ackStatement, hostAckStatement, type SignedAck } from './group_statements';
import type { Verifier } from './verification';

interface Reader {
  readonly view: GroupView;
  readonly verifier: Verifier;
  readonly hostKey: Bytes;
  /** What only the epoch's secrets give. */
  readonly check: () => Promise<Bytes>;
}

/** Who has signed an acknowledgement, and what it says; `from` only of those in the tree. */
export interface SignedReading {
  readonly reading: AckReading;
  readonly from: Member | undefined;
}

/** Reads an acknowledgement. Undefined: signed neither by a member of this epoch nor by the host. */
export async function readSigned(body: Bytes, reader: Reader): Promise<SignedReading | undefined> {
  const { view } = reader;
  const ack = parseAcknowledgement(body);
  const leafKey = ack && leafKeyOf(ack, view);
  if (ack === undefined || leafKey === undefined) {
    return undefined;
  }
  if (!(await isSigned(ack, { ...ack, groupId: view.groupId, leafKey }, reader))) {
    return undefined;
  }
  const from = view.roster.find((member) => equalBytes(member.leafKey, leafKey));
  const { epoch, position } = ack;
  const reading = {
    identity: from?.identity ?? (await identityOf(leafKey)),
    isSelf: from?.index === view.self.index,
    isByHost: ack.host !== undefined,
    epoch,
    position,
    agrees: from !== undefined && (await isOfEpoch(ack, reader)),
  };
  return { reading, from };
}

/** A host's acknowledgement names its leaf key, which may be at another place in another tree. */
function leafKeyOf({ leaf, host }: Acknowledgement, { roster }: GroupView): Bytes | undefined {
  return host?.leafKey ?? roster.find(({ index }) => index === leaf)?.leafKey;
}

/** Both signatures, where there are two: one that is false is an error, not one less. */
async function isSigned(
  { signature, host }: Acknowledgement,
  signed: SignedAck,
  { verifier, hostKey }: Reader,
): Promise<boolean> {
  // The host's first: leaf keys that anybody can make up are not worth importing.
  const isFit =
    host === undefined || (await verifier.verify(hostKey, hostAckStatement(signed), host.signature));
  return isFit && verifier.verify(signed.leafKey, ackStatement(signed), signature);
}

async function isOfEpoch(ack: Acknowledgement, { view, check }: Reader): Promise<boolean> {
  return (
    ack.epoch === view.epoch &&
    equalBytes(ack.treeHash, view.treeHash) &&
    equalBytes(ack.check, await check())
  );
}
