import {
  createApplicationMessage,
  createGroup,
  encodeMlsMessage,
  mlsExporter,
} from 'ts-mls';

import { encodeBase64url, sha256, type Bytes } from '../../protocol/bytes';
import { readSigned } from './ack_reading';
import { CHECK_LABEL } from './acknowledgement';
import { NO_ACTS, signLeave, type SignedLeave } from './commit_data';
import { CommitMaker } from './commit_maker';
import { EntryReader } from './entry_reader';
import { GroupCore } from './group_core';
import { GroupError } from './group_keys';
import type {
  AckReading,
  Created,
  GroupKeys,
  GroupMaterial,
  GroupView,
  JoinOffer,
  Learnt,
  OwnAcknowledgement,
  Prepared,
  Processed,
  RemovalReason,
  SealedMessage,
} from './group_keys';
import { encodeMessage, MESSAGE_TYPES, type MessageType } from './group_message';
import { ackStatement, hostAckStatement, messageStatement } from './group_statements';
import { makeKeyPackage } from './key_package';
import { encodeGroupInfo, epochOf, PAST_EPOCHS } from './mls_state';

// What is on its way at once; the server takes 20 a second.
const MAX_UNDER_WAY = 512;

/** Group keys by MLS (RFC 9420) and the group rules. Calls are carried out one after the other. */
export class MlsGroup implements GroupKeys {
  readonly #core: GroupCore;
  readonly #maker: CommitMaker;
  readonly #reader: EntryReader;
  readonly #sent = new Map<string, { readonly sequence: number; readonly epoch: number }>();
  #checked: { readonly of: Uint8Array; readonly check: Promise<Bytes> } | undefined;
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(core: GroupCore) {
    this.#core = core;
    this.#maker = new CommitMaker(core);
    this.#reader = new EntryReader(core);
  }

  /** @param now - milliseconds that never go back. */
  static async open(material: GroupMaterial, now: () => number): Promise<MlsGroup> {
    return new MlsGroup(await GroupCore.open(material, now));
  }

  view(): Promise<GroupView | undefined> {
    return this.#alone(() =>
      Promise.resolve(this.#core.state === undefined ? undefined : this.#core.requireView()),
    );
  }

  create(actHead: Bytes = NO_ACTS, reopening?: Bytes): Promise<Created> {
    return this.#alone(async () => {
      const { material, suite, config, memory, context } = this.#core;
      if (!(await memory.restart(context, actHead, reopening))) {
        throw new GroupError('Acts that are not known here.');
      }
      const { secrets, leafKey } = material;
      const { publicPackage, privatePackage } = await makeKeyPackage(secrets, leafKey, suite);
      privatePackage.initPrivateKey.fill(0);
      this.#core.adopt(
        await createGroup(secrets.groupId, publicPackage, privatePackage, [], suite, config),
      );
      const groupInfo = await encodeGroupInfo(this.#core.requireState(), suite);
      return { groupInfo, actHead: memory.acts.state.head, needsHost: memory.isBinding };
    });
  }

  actHead(): Promise<Bytes> {
    return this.#alone(() => Promise.resolve(this.#core.memory.head));
  }

  prepareJoin(offer: JoinOffer): Promise<Prepared> {
    return this.#alone(() => this.#maker.join(offer));
  }

  prepareRefresh(sealedAct?: Bytes): Promise<Prepared> {
    return this.#alone(() => this.#maker.refresh(sealedAct));
  }

  prepareRemoval(reason: RemovalReason): Promise<Prepared | undefined> {
    return this.#alone(() => this.#maker.remove(reason));
  }

  prepareRemovalBy(sealedAct: Bytes): Promise<Prepared> {
    return this.#alone(() => this.#maker.removeBy(sealedAct));
  }

  discard(): Promise<void> {
    return this.#alone(() => {
      this.#core.discard();
      return Promise.resolve();
    });
  }

  process(message: Bytes, position: number, isLate = false): Promise<Processed> {
    return this.#alone(async () => {
      // When the others got what comes late is not known here.
      const nowMs = isLate ? Number.NEGATIVE_INFINITY : this.#core.now();
      this.#core.memory.liveness.received(position, nowMs);
      return this.#takeSent(message) ?? this.#reader.read(message, position);
    });
  }

  processSubstitute(message: Bytes): Promise<Processed> {
    return this.#alone(() => this.#reader.read(message, this.#core.memory.liveness.last));
  }

  seal(type: MessageType, body: Bytes, sequence?: number): Promise<SealedMessage> {
    return this.#alone(() => this.#seal(type, body, sequence ?? ++this.#sequence));
  }

  groupInfo(): Promise<Bytes> {
    return this.#alone(() => encodeGroupInfo(this.#core.requireState(), this.#core.suite));
  }

  acknowledge(): Promise<OwnAcknowledgement> {
    return this.#alone(async () => {
      const { groupId, self, epoch, treeHash } = this.#core.requireView();
      const position = this.#signsUpTo();
      const check = await this.#check();
      const { leafKey, index: leaf } = self;
      const signed = { groupId, epoch, leafKey, position, treeHash, check };
      const signature = await this.#core.material.leafKey.sign(ackStatement(signed));
      const acknowledgement = { leaf, epoch, position, treeHash, check, signature };
      return { acknowledgement, leafKey, hostStatement: hostAckStatement(signed) };
    });
  }

  readAcknowledgement(body: Bytes): Promise<AckReading | undefined> {
    return this.#alone(() => this.#readAcknowledgement(body));
  }

  leave(): Promise<SignedLeave> {
    const { secrets, leafKey } = this.#core.material;
    return this.#alone(() => signLeave(secrets.groupId, leafKey));
  }

  history(): Promise<readonly Bytes[] | undefined> {
    return this.#alone(() => Promise.resolve(this.#core.memory.history));
  }

  learn(sealedActs: readonly Bytes[]): Promise<Learnt> {
    return this.#alone(async () => {
      const { memory, context } = this.#core;
      if (!(await memory.learn(context, sealedActs))) {
        return 'unfit';
      }
      const { removed } = memory.acts.state;
      const { roster } = this.#core.requireView();
      const isTooLate = roster.some(({ leafKey }) => removed.has(encodeBase64url(leafKey)));
      return isTooLate ? 'too-late' : 'learnt';
    });
  }

  returned(): Promise<void> {
    return this.#alone(() => {
      this.#core.memory.liveness.returned();
      return Promise.resolve();
    });
  }

  exportKey(label: string, context: Bytes, length: number): Promise<Bytes> {
    return this.#alone(() => this.#export(label, context, length));
  }

  close(): Promise<void> {
    return this.#alone(() => {
      this.#core.close();
      this.#core.memory.abandon();
      this.#sent.clear();
      return Promise.resolve();
    });
  }

  async #seal(type: MessageType, body: Bytes, sequence: number): Promise<SealedMessage> {
    const { groupId, self, epoch } = this.#core.requireView();
    const { material, suite } = this.#core;
    const position = this.#signsUpTo();
    const statement = messageStatement({
      groupId,
      epoch,
      leafKey: self.leafKey,
      sequence,
      position,
      type: MESSAGE_TYPES[type],
      body,
    });
    const signature = await material.leafKey.sign(statement);
    const plain = encodeMessage({ type, leaf: self.index, sequence, position, body, signature });
    const sealed = await createApplicationMessage(this.#core.requireState(), plain, suite);
    this.#core.advance(sealed.newState, [plain, ...sealed.consumed]);
    const { privateMessage } = sealed;
    const message = Uint8Array.from(
      encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage }),
    );
    this.#rememberSent(message, sequence, epoch);
    return { message, sequence, digest: await sha256(statement) };
  }

  #rememberSent(message: Bytes, sequence: number, epoch: number): void {
    this.#sent.set(encodeBase64url(message), { sequence, epoch });
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > MAX_UNDER_WAY && oldest !== undefined) {
      this.#sent.delete(oldest);
    }
  }

  /** One's own messages come back, and can't be decrypted: their keys are used up. */
  #takeSent(message: Bytes): Processed | undefined {
    const name = this.#sent.size === 0 ? '' : encodeBase64url(message);
    const sent = this.#sent.get(name);
    const { state } = this.#core;
    if (sent === undefined || state === undefined) {
      return undefined;
    }
    this.#sent.delete(name);
    const isTooOld = sent.epoch < epochOf(state) - PAST_EPOCHS;
    return { kind: 'own-message', sequence: sent.sequence, isTooOld };
  }

  async #readAcknowledgement(body: Bytes): Promise<AckReading | undefined> {
    const { state, context, memory } = this.#core;
    const { verifier, hostKey } = context;
    const view = state && this.#core.requireView();
    const check = (): Promise<Bytes> => this.#check();
    const signed = view && (await readSigned(body, { view, verifier, hostKey, check }));
    if (signed?.from !== undefined) {
      memory.liveness.signed(encodeBase64url(signed.from.leafKey), signed.reading.position);
    }
    return signed?.reading;
  }

  /** How far this device has read, which it is about to sign. */
  #signsUpTo(): number {
    const { liveness } = this.#core.memory;
    liveness.signed(encodeBase64url(this.#core.material.leafKey.publicKey), liveness.last);
    return Math.max(liveness.last, 0);
  }

  /** The same for all acknowledgements of an epoch. */
  #check(): Promise<Bytes> {
    const { keySchedule } = this.#core.requireState();
    if (this.#checked?.of !== keySchedule.exporterSecret) {
      const check = this.#export(CHECK_LABEL, new Uint8Array(), 32);
      this.#checked = { of: keySchedule.exporterSecret, check };
    }
    return this.#checked.check;
  }

  async #export(label: string, context: Bytes, length: number): Promise<Bytes> {
    const { exporterSecret } = this.#core.requireState().keySchedule;
    return Uint8Array.from(
      await mlsExporter(exporterSecret, label, context, length, this.#core.suite),
    );
  }

  #alone<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
