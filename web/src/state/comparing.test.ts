import { describe, expect, it } from 'vitest';

import { HandClock } from '../observable/hand_clock';
import { ANSWER_MS, ComparingModel } from './comparing';
import { GroupInMemory } from './group_in_memory';

const PEOPLE = ['ana', 'bo', 'cy'];

class Side {
  readonly group = new GroupInMemory();
  readonly clock = new HandClock();
  readonly same: string[] = [];
  readonly model: ComparingModel;
  taken = 0;

  constructor(readonly who: string) {
    this.group.open({
      onMessage: (message) => {
        this.model.take(message);
      },
      onOutcome: () => undefined,
      onNotice: () => undefined,
    });
    this.group.setMembers(PEOPLE, who);
    this.model = new ComparingModel({
      clock: this.clock,
      view: () => this.group.view.value,
      send: (body) => this.group.send('comparison', body),
      onSame: (identity) => this.same.push(identity),
      onFault: (error) => {
        throw error;
      },
    });
  }
}

function sides(): Side[] {
  return PEOPLE.map((who) => new Side(who));
}

/** Hands on everything that anybody has sent, until nothing more comes. `change` may alter it. */
async function pass(all: Side[], change = (body: Uint8Array<ArrayBuffer>) => body): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(all.map(({ model }) => model.idle()));
    for (const from of all) {
      for (const { body } of from.group.sent.slice(from.taken)) {
        from.taken += 1;
        for (const to of all.filter((side) => side !== from)) {
          to.group.hear(from.who, 'comparison', change(body));
        }
      }
    }
  }
}

describe('comparing pictures', () => {
  it('shows both the same seven, and a third person none', async () => {
    const [ana, bo, cy] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await pass([ana, bo, cy]);
    const [first, second] = [ana.model.now.value, bo.model.now.value];
    if (first.kind !== 'showing' || second.kind !== 'showing') throw new Error('nothing is shown');
    expect([first.identity, second.identity]).toEqual(['bo', 'ana']);
    expect(first.emoji).toEqual(second.emoji);
    expect(first.emoji).toHaveLength(7);
    expect(cy.model.now.value).toEqual({ kind: 'idle' });
  });

  it('remembers the other one when both say that they are the same', async () => {
    const [ana, bo] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await pass([ana, bo]);
    ana.model.found(true);
    expect(ana.same).toEqual(['bo']);
    expect(ana.model.now.value).toEqual({ kind: 'idle' });
    bo.model.found(false);
    expect(bo.same).toEqual([]);
    expect(bo.model.now.value).toEqual({ kind: 'failed', identity: 'ana', why: 'differs' });
  });

  it('works when both begin at once', async () => {
    const [ana, bo] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    bo.model.begin('ana');
    await pass([ana, bo]);
    const [first, second] = [ana.model.now.value, bo.model.now.value];
    if (first.kind !== 'showing' || second.kind !== 'showing') throw new Error('nothing is shown');
    expect(first.emoji).toEqual(second.emoji);
  });

  it('says so when the other device opens something else than it committed to', async () => {
    const [ana, bo] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await pass([ana, bo], (body) => {
      const changed = Uint8Array.from(body);
      if (changed[0] === 3) changed[40] = (changed[40] ?? 0) ^ 1;
      return changed;
    });
    expect(bo.model.now.value).toEqual({ kind: 'failed', identity: 'ana', why: 'broken' });
  });

  it('waits for an answer, but not for ever', async () => {
    const [ana] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await ana.model.idle();
    expect(ana.model.now.value.kind).toBe('waiting');
    ana.clock.pass(ANSWER_MS);
    expect(ana.model.now.value).toEqual({ kind: 'failed', identity: 'bo', why: 'no-answer' });
  });

  it('does not wait for an answer to what was not sent', async () => {
    const [ana] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await ana.model.idle();
    ana.model.unsent();
    expect(ana.model.now.value).toEqual({ kind: 'failed', identity: 'bo', why: 'no-answer' });
  });

  it('ends when the other one goes', async () => {
    const [ana] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await ana.model.idle();
    ana.model.keepOnly(new Set(['ana', 'cy']));
    expect(ana.model.now.value).toEqual({ kind: 'failed', identity: 'bo', why: 'gone' });
  });

  it('is not disturbed by a third person who begins, nor by bytes that mean nothing', async () => {
    const [ana, bo, cy] = sides() as [Side, Side, Side];
    ana.model.begin('bo');
    await pass([ana, bo, cy]);
    const before = ana.model.now.value;
    cy.model.begin('ana');
    await pass([ana, bo, cy]);
    ana.group.hear('cy', 'comparison', new Uint8Array(7));
    ana.group.hear('bo', 'comparison', new Uint8Array());
    await ana.model.idle();
    expect(ana.model.now.value).toBe(before);
  });
});
