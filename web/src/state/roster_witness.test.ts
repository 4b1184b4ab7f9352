import { expect, it } from 'vitest';

import vectors from '../../../protocol/vectors/record.json';
import type { GroupView, Member } from '../e2ee/group/group_keys';
import { Verifier } from '../e2ee/group/verification';
import { makeLeafKey } from '../e2ee/leaf_key';
import { isRosterSigned } from '../e2ee/record/roster_statement';
import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import { parseBase64url, type Bytes } from '../protocol/bytes';
import { RosterWitness, SETTLED_MS } from './roster_witness';

const EPOCH_MS = 1_800_000_000_000;

/** Some people in one group; what one sends, the tests give to another. */
async function meeting(count: number) {
  const clock = new HandClock();
  const keys = await Promise.all(Array.from({ length: count }, () => makeLeafKey()));
  const roster = keys.map(({ identity, publicKey }, index): Member => {
    return { index, identity, leafKey: publicKey, isHost: false };
  });
  const devices = keys.map((signer, index) => {
    const self = memberAt(roster, index);
    const view = new Subject<GroupView | undefined>(viewOf(1, roster, self));
    const sent: Bytes[] = [];
    const witness = new RosterWitness({
      ...{ clock, signer, view, wallNow: () => EPOCH_MS + clock.now() },
      send: (body) => sent.push(body) > 0,
    });
    const inEpoch = (epoch: number, members = roster): void => {
      view.set(viewOf(epoch, members, self));
    };
    return { inEpoch, self, sent, view, witness };
  });
  const pass = async (ms: number): Promise<void> => {
    clock.pass(ms);
    // Signing takes a turn or some.
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { devices, pass, roster };
}

function viewOf(epoch: number, roster: readonly Member[], self: Member): GroupView {
  return {
    ...{ groupId: new Uint8Array(32), epoch, roster, self },
    ...{ epochAuthenticator: new Uint8Array(32), treeHash: new Uint8Array(32) },
    acts: { head: new Uint8Array(32), count: 0, isComplete: true, hasToAsk: false, isLocked: false },
  };
}

it('a co-signature is the bytes that the server’s own program signs and checks', async () => {
  const { group, roster } = vectors.file.record;
  const [signed] = roster.signatures;
  const cosigned = {
    groupId: bytes(group),
    epoch: roster.epoch,
    members: roster.members.map(bytes),
  };
  const claim = {
    signer: bytes(signed?.signer),
    atMs: signed?.at_ms ?? 0,
    signature: bytes(signed?.signature),
  };
  expect(await isRosterSigned(cosigned, claim, new Verifier())).toBe(true);
  const fewer = { ...cosigned, members: cosigned.members.slice(1) };
  expect(await isRosterSigned(fewer, claim, new Verifier())).toBe(false);
});

it('who is here is signed by the others once it has stood for a while, once by each', async () => {
  const { devices, pass } = await meeting(3);
  const [ana, bo, cy] = three(devices);
  await pass(SETTLED_MS - 1);
  expect(bo.sent).toHaveLength(0);
  await pass(1);
  expect([bo.sent, cy.sent].map(({ length }) => length)).toEqual([1, 1]);
  await ana.witness.take(bo.self, said(bo));
  await Promise.all([ana.witness.take(cy.self, said(cy)), ana.witness.take(cy.self, said(cy))]);
  // What one says oneself is no co-signature.
  await ana.witness.take(ana.self, said(ana));
  expect(signersIn(ana)).toEqual([bo.self.leafKey, cy.self.leafKey]);
});

it('a signature counts for its signer, its epoch and its members only', async () => {
  const { devices, pass, roster } = await meeting(3);
  const [ana, bo, cy] = three(devices);
  // To Bo, somebody else is missing.
  bo.inEpoch(2, roster.slice(0, 2));
  cy.inEpoch(2);
  ana.inEpoch(2);
  await pass(SETTLED_MS);
  await ana.witness.take(bo.self, said(bo));
  await ana.witness.take(bo.self, said(cy));
  await ana.witness.take(cy.self, said(cy).slice(1));
  expect(signersIn(ana)).toEqual([]);
  await ana.witness.take(cy.self, said(cy));
  expect(signersIn(ana)).toEqual([cy.self.leafKey]);
  ana.inEpoch(3);
  await ana.witness.take(cy.self, said(cy));
  expect(signersIn(ana)).toEqual([]);
});

it('who is out still has what was signed before', async () => {
  const { devices, pass } = await meeting(3);
  const [ana, bo] = three(devices);
  await pass(SETTLED_MS);
  await ana.witness.take(bo.self, said(bo));
  ana.view.set(undefined);
  expect(signersIn(ana)).toEqual([bo.self.leafKey]);
});

it('in a full room five sign', async () => {
  const { devices, pass } = await meeting(7);
  await pass(SETTLED_MS);
  await pass(SETTLED_MS);
  expect(devices.map(({ sent }) => sent.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
});

type Device = Awaited<ReturnType<typeof meeting>>['devices'][number];

function said({ sent }: Device): Bytes {
  const [body] = sent;
  if (body === undefined) throw new Error('nothing was said');
  return body;
}

function signersIn({ witness }: Device): Bytes[] {
  return witness.cosigned?.signatures.map(({ signer }) => signer) ?? [];
}

function three<T>(all: readonly T[]): [T, T, T] {
  const [first, second, third] = all;
  if (first === undefined || second === undefined || third === undefined) throw new Error('fewer');
  return [first, second, third];
}

function memberAt(roster: readonly Member[], index: number): Member {
  const member = roster[index];
  if (member === undefined) throw new Error('no such member');
  return member;
}

function bytes(text: string | undefined): Bytes {
  const read = text === undefined ? undefined : parseBase64url(text);
  if (read === undefined) throw new Error('not base64url');
  return read;
}
