import { describe, expect, it } from 'vitest';

import { nameOfEnding, type EndingFacts, type EndingName } from './ending_name';

const NOTHING: EndingFacts = {
  ...{ hasExpired: false, isDrained: false, othersLost: 0, deadAddresses: 0, attestations: 0, failedReturns: 0 },
};

const SWITCHES = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

/** Every combination of what can be known. */
function* everything(): Generator<EndingFacts> {
  const owns = [undefined, 'left', 'replaced', 'breached'] as const;
  const acts = [undefined, 'end', 'removal'] as const;
  const receipts = [undefined, 'withheld', 'suspended'] as const;
  const words = [undefined, 'leave', 'refusal'] as const;
  for (const own of owns)
    for (const hostAct of acts)
      for (const receipt of receipts)
        for (const serverSaid of words)
          for (const [isDrained, hasExpired] of SWITCHES)
            for (let counts = 0; counts < 81; counts += 1) {
              const at = (place: number): number => Math.floor(counts / 3 ** place) % 3;
              const numbers = { othersLost: at(0), deadAddresses: at(1), attestations: at(2) };
              const facts = { own, hostAct, receipt, serverSaid, isDrained, hasExpired };
              yield { ...facts, ...numbers, failedReturns: at(3) };
            }
}

describe('an ending', () => {
  it.each<[string, Partial<EndingFacts>, EndingName]>([
    ['Wi-Fi that is gone', { failedReturns: 2 }, 'connection-lost'],
    ['a laptop that slept', {}, 'connection-lost'],
    ['a server that crashed', { othersLost: 3, failedReturns: 2 }, 'server-unreachable'],
    ['a server that no address leads to', { deadAddresses: 2 }, 'server-unreachable'],
    ['one address of several that is dead', { deadAddresses: 1 }, 'connection-lost'],
    ['a node that said that it stops', { isDrained: true, serverSaid: 'leave' }, 'connection-lost'],
    ['a node that said so to one, and serves the others', { isDrained: true, attestations: 2, failedReturns: 2 }, 'cut-by-server'],
    ['a node that stopped, and then refused', { isDrained: true, serverSaid: 'refusal' }, 'cut-by-server'],
    ['a node that stops, and all lose it', { isDrained: true, othersLost: 3, deadAddresses: 1 }, 'connection-lost'],
    ['a meeting whose time is over', { hasExpired: true, serverSaid: 'refusal', failedReturns: 2 }, 'expired'],
    ['a server that is away after that', { hasExpired: true }, 'connection-lost'],
    ['one member who is refused', { serverSaid: 'refusal', failedReturns: 2 }, 'cut-by-server'],
    ['all who are refused', { serverSaid: 'refusal', othersLost: 3 }, 'cut-by-server'],
    ['a member whom two see missing', { attestations: 2, failedReturns: 2 }, 'cut-by-server'],
    ['a member whom one sees missing', { attestations: 1, failedReturns: 9 }, 'connection-lost'],
    ['a member who has not tried twice', { attestations: 5, failedReturns: 1 }, 'connection-lost'],
    ['a leave that nobody signed', { serverSaid: 'leave' }, 'cut-by-server'],
    ['"the host has ended it", unsigned', { serverSaid: 'leave', othersLost: 2 }, 'cut-by-server'],
    ['an end that the host signed', { hostAct: 'end', serverSaid: 'leave' }, 'ended-by-host'],
    ['a removal that the host signed', { hostAct: 'removal' }, 'removed-by-host'],
    ['a receipt', { receipt: 'withheld', serverSaid: 'refusal' }, 'withheld'],
    ['one’s own leaving', { own: 'left', serverSaid: 'leave' }, 'left'],
  ])('by %s is called what is proved', (_, facts, name) => {
    expect(nameOfEnding({ ...NOTHING, ...facts })).toBe(name);
  });

  it('is the host’s only with the host’s signature, and a power’s only with a receipt', () => {
    for (const facts of everything()) {
      const name = nameOfEnding(facts);
      if (name === 'ended-by-host') expect(facts.hostAct).toBe('end');
      if (name === 'removed-by-host') expect(facts.hostAct).toBe('removal');
      if (name === 'withheld' || name === 'suspended') expect(facts.receipt).toBe(name);
    }
  });

  it('is a cut only by the server’s own word, or by two who see it and two attempts', () => {
    for (const facts of everything()) {
      if (nameOfEnding(facts) === 'cut-by-server') {
        const isSeen = facts.attestations >= 2 && facts.failedReturns >= 2;
        const isSaid = facts.serverSaid === 'refusal' || (facts.serverSaid === 'leave' && !facts.isDrained);
        expect(isSaid || isSeen, JSON.stringify(facts)).toBe(true);
        expect(facts.hasExpired && facts.serverSaid !== undefined).toBe(false);
      }
    }
  });

  it('is called an unreachable server only when others lost it, or several ways lead nowhere', () => {
    for (const facts of everything()) {
      if (nameOfEnding(facts) === 'server-unreachable') {
        expect(facts.othersLost > 0 || facts.deadAddresses >= 2, JSON.stringify(facts)).toBe(true);
        expect([facts.serverSaid, facts.isDrained]).toEqual([undefined, false]);
      }
    }
  });

  it('is one’s own when this device did it, and follows proofs before anything that is said', () => {
    for (const facts of everything()) {
      const { own, hostAct, receipt } = facts;
      const name = nameOfEnding(facts);
      const host = hostAct && (hostAct === 'end' ? 'ended-by-host' : 'removed-by-host');
      const proved = own ?? host ?? receipt;
      if (proved !== undefined) expect(name).toBe(proved);
      else expect(['connection-lost', 'server-unreachable', 'cut-by-server', 'expired']).toContain(name);
    }
  });

  it('is a lost connection when nothing is known', () => {
    expect(nameOfEnding(NOTHING)).toBe('connection-lost');
  });
});
