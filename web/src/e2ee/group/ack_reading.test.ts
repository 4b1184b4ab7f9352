import { describe, expect, it } from 'vitest';

import { hostKeyOfSeed } from '../host_key';
import type { SigningKey } from '../../protocol/signing';
import { randomBytes, type Bytes } from '../../protocol/bytes';
import { encodeAcknowledgement } from './acknowledgement';
import { TestOrder, type Person } from './members_in_memory';

/** What somebody's device sends, with the host's name to it if it has that key. */
async function acknowledgementOf({ keys }: Person, signer?: SigningKey): Promise<Bytes> {
  const { acknowledgement, leafKey, hostStatement } = await keys.acknowledge();
  const host = signer && { leafKey, signature: await signer.sign(hostStatement) };
  return encodeAcknowledgement({ ...acknowledgement, host });
}

/** Two groups of one meeting that know nothing of each other, as a malicious server can make them. */
async function twoGroups(): Promise<{ here: TestOrder; there: TestOrder }> {
  const here = await TestOrder.of(2);
  return { here, there: await TestOrder.of(2, here.meeting) };
}

describe('an acknowledgement', () => {
  it('of a member is read, and agrees while both are in one epoch', async () => {
    const order = await TestOrder.of(2);
    const [one, other] = [order.member(0), order.member(1)];
    const body = await acknowledgementOf(one);
    expect(await other.keys.readAcknowledgement(body)).toMatchObject({
      identity: one.leafKey.identity,
      isSelf: false,
      isByHost: false,
      agrees: true,
    });
    expect(await one.keys.readAcknowledgement(body)).toMatchObject({ isSelf: true });
    await order.commit(await one.keys.prepareRefresh());
    expect(await other.keys.readAcknowledgement(body)).toMatchObject({ agrees: false });
  });

  it('of somebody in a group elsewhere is nobody’s, unless the host’s key has signed it', async () => {
    const { here, there } = await twoGroups();
    const [reader, away] = [here.member(0), there.member(0)];
    const { host } = here.meeting;
    expect(await reader.keys.readAcknowledgement(await acknowledgementOf(away))).toBeUndefined();
    const body = await acknowledgementOf(away, host);
    expect(await reader.keys.readAcknowledgement(body)).toMatchObject({
      identity: away.leafKey.identity,
      isByHost: true,
      agrees: false,
    });
  });

  it('of the host is read in the host’s own group like any other', async () => {
    const order = await TestOrder.of(2);
    const body = await acknowledgementOf(order.member(0), order.meeting.host);
    expect(await order.member(1).keys.readAcknowledgement(body)).toMatchObject({
      isByHost: true,
      agrees: true,
    });
  });

  it('with a signature of another key than the host’s is refused, not read without it', async () => {
    const order = await TestOrder.of(2);
    const impostor = await hostKeyOfSeed(randomBytes(32));
    const body = await acknowledgementOf(order.member(0), impostor);
    expect(await order.member(1).keys.readAcknowledgement(body)).toBeUndefined();
  });

  it('can’t be made from the host’s by another member', async () => {
    const order = await TestOrder.of(3);
    const [led, mal, reader] = [order.member(0), order.member(1), order.member(2)];
    const { hostStatement } = await led.keys.acknowledge();
    const signature = await order.meeting.host.sign(hostStatement);
    const { acknowledgement, leafKey } = await mal.keys.acknowledge();
    for (const key of [leafKey, led.leafKey.publicKey]) {
      const body = encodeAcknowledgement({ ...acknowledgement, host: { leafKey: key, signature } });
      expect(await reader.keys.readAcknowledgement(body)).toBeUndefined();
    }
  });

  it('that is cut off anywhere, or has something after it, is none', async () => {
    const order = await TestOrder.of(2);
    const body = await acknowledgementOf(order.member(0), order.meeting.host);
    const { keys } = order.member(1);
    // At 149 bytes only the form tells that something is missing.
    for (const length of [0, 1, 40, 149, body.length - 1]) {
      expect(await keys.readAcknowledgement(body.slice(0, length)), String(length)).toBeUndefined();
    }
    expect(await keys.readAcknowledgement(Uint8Array.of(...body, 0))).toBeUndefined();
  });
});
