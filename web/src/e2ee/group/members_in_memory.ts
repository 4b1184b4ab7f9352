import { randomBytes, type Bytes } from '../../protocol/bytes';
import { SECRET_BYTES } from '../../protocol/derivation';
import { hostKeyOfSeed, type HostKey } from '../host_key';
import { makeLeafKey, type LeafKey } from '../leaf_key';
import { NO_ACTS, type SignedGrant } from './commit_data';
import { GroupCore } from './group_core';
import type { GroupMaterial, Prepared, Processed } from './group_keys';
import { deriveGroupSecrets, type GroupSecrets } from './group_secrets';
import { MlsGroup } from './mls_group';

/** A meeting without a server, for tests: a link, a host, and people who hold the link. */
export class TestMeeting {
  readonly secrets: GroupSecrets;
  readonly host: HostKey;
  nowMs = 1_000_000;

  private constructor(secrets: GroupSecrets, host: HostKey) {
    this.secrets = secrets;
    this.host = host;
  }

  static async make(secret: Bytes = randomBytes(SECRET_BYTES)): Promise<TestMeeting> {
    const host = await hostKeyOfSeed(randomBytes(32));
    return new TestMeeting(await deriveGroupSecrets(secret), host);
  }

  async material(leafKey?: LeafKey, secrets = this.secrets): Promise<GroupMaterial> {
    const key = leafKey ?? (await makeLeafKey());
    return { secrets, hostKey: this.host.publicKey, leafKey: key, maxMembers: 200 };
  }

  /** Somebody who holds the link. */
  async person(leafKey?: LeafKey): Promise<Person> {
    const material = await this.material(leafKey);
    const core = await GroupCore.open(material, () => this.nowMs);
    return { keys: new MlsGroup(core), core, leafKey: material.leafKey };
  }
}

export interface Person {
  readonly keys: MlsGroup;
  /** What a malicious member has in hands. */
  readonly core: GroupCore;
  readonly leafKey: LeafKey;
}

/** An honest order of entries among members: what one sends, all get, one after the other. */
export class TestOrder {
  readonly meeting: TestMeeting;
  readonly members: Person[] = [];
  groupInfo: Bytes = new Uint8Array();
  actHead: Bytes = NO_ACTS;
  position = 100;

  constructor(meeting: TestMeeting) {
    this.meeting = meeting;
  }

  /** A group of so many people. */
  static async of(count: number, meeting?: TestMeeting): Promise<TestOrder> {
    const order = new TestOrder(meeting ?? (await TestMeeting.make()));
    const first = await order.meeting.person();
    ({ groupInfo: order.groupInfo } = await first.keys.create());
    order.members.push(first);
    for (let at = 1; at < count; at += 1) {
      await order.join();
    }
    return order;
  }

  member(at: number): Person {
    const person = this.members[at];
    if (person === undefined) {
      throw new Error(`no member ${String(at)}`);
    }
    return person;
  }

  /** Somebody joins, or comes back with the leaf that they had. */
  async join(person?: Person, grant?: SignedGrant): Promise<Person> {
    const joiner = person ?? (await this.meeting.person());
    const { groupInfo, actHead } = this;
    const prepared = await joiner.keys.prepareJoin({ groupInfo, actHead, grant });
    if (!this.members.includes(joiner)) {
      this.members.push(joiner);
    }
    await this.commit(prepared);
    return joiner;
  }

  /** Everybody gets a commit; what each makes of it, in the order of `members`. */
  async commit(prepared: Prepared): Promise<Processed[]> {
    this.groupInfo = prepared.groupInfo;
    this.actHead = prepared.actHead;
    return this.deliver(prepared.message);
  }

  async deliver(message: Bytes): Promise<Processed[]> {
    this.position += 1;
    const answers: Processed[] = [];
    for (const { keys } of this.members) {
      answers.push(await keys.process(message, this.position));
    }
    return answers;
  }

  /** Takes out of the order whoever is no member any more. */
  drop(person: Person): void {
    this.members.splice(this.members.indexOf(person), 1);
  }
}
