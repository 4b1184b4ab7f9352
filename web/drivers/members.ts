/**
 * Members of a meeting's group in one process, at the command of a test: a line of JSON comes in for
 * each command, and one goes out for each answer. They are real ones, at a real server or at one that
 * is not; what no honest device would do they do only when told to.
 */
import { createInterface } from 'node:readline';

import type { Act } from '../src/e2ee/group/host_acts';
import type { MessageType } from '../src/e2ee/group/group_message';
import { makeLeafKey } from '../src/e2ee/leaf_key';
import { encodeUtf8 } from '../src/protocol/bytes';
import { FORGERIES, type Forged } from './forgery';
import { KeptState } from './kept_state';
import { makeAt } from './meeting';
import { DriverMember, type JoinOptions } from './member';
import { SkippingClock } from './skipping_clock';

type Command = Readonly<Record<string, unknown>> & { readonly id: number; readonly do: string };

const SKIP_STEP_MS = 500;

const clock = new SkippingClock();
const members = new Map<string, DriverMember>();
const kept = new Map<string, KeptState>();

function memberIn(command: Command, field = 'member'): DriverMember {
  const member = members.get(String(command[field]));
  if (member === undefined) throw new Error(`nobody is called ${String(command[field])}`);
  return member;
}

/** A member as the tree of another one has it. */
function victimOf(by: DriverMember, name: unknown): ReturnType<typeof by.core.requireView>['self'] | undefined {
  const victim = typeof name === 'string' ? members.get(name) : undefined;
  return by.core.requireView().roster.find(({ identity }) => identity === victim?.leafKey.identity);
}

async function join(command: Command): Promise<unknown> {
  const name = String(command['member']);
  const before = members.get(String(command['withKeyOf']));
  const options = { ...(command as unknown as JoinOptions), leafKey: before?.leafKey ?? (await makeLeafKey()) };
  const member = await DriverMember.join(options, clock);
  members.set(name, member);
  return member.leafKey.identity;
}

/** Lets time pass quickly, and what is sent arrive in between. */
async function skip(command: Command): Promise<void> {
  for (let left = Number(command['ms']); left > 0; left -= SKIP_STEP_MS) {
    clock.skip(Math.min(left, SKIP_STEP_MS));
    await new Promise((resolve) => setTimeout(resolve, Number(command['pauseMs'] ?? 5)));
  }
}

function actIn(command: Command): Act {
  const kind = command['kind'] as Act['kind'];
  const keys = ((command['of'] ?? []) as string[]).map((name) => memberIn({ ...command, name }, 'name').leafKey.publicKey);
  switch (kind) {
    case 'removal':
      return { kind, leafKeys: keys };
    case 'delegation':
      return { kind, leafKey: keys[0] ?? new Uint8Array(32), isOn: command['isOn'] === true };
    case 'reopening':
      return { kind };
    default:
      return { kind, isOn: command['isOn'] === true };
  }
}

function forge(command: Command): Promise<Forged> {
  const by = memberIn(command);
  const make = FORGERIES[String(command['kind'])];
  if (make === undefined) throw new Error(`no forgery ${String(command['kind'])}`);
  return make(by, victimOf(by, command['victim']));
}

async function forgeAndSend(command: Command): Promise<unknown> {
  const { message, groupInfo, actHead } = await forge(command);
  const frame = { frame: 'commit', message, group_info: groupInfo, act_head: actHead };
  return memberIn(command).wire.ask({ ...frame, host_signature: null });
}

const COMMANDS: Readonly<Record<string, (command: Command) => unknown>> = {
  meeting: ({ server }) => makeAt(String(server)),
  join,
  dump: (command) => memberIn(command).dump(),
  dumpAll: async () =>
    Object.fromEntries(
      await Promise.all([...members].map(async ([name, member]) => [name, await member.dump()])),
    ) as unknown,
  say: (command) =>
    memberIn(command).session.send((command['type'] ?? 'chat') as MessageType, encodeUtf8(String(command['text']))),
  refresh: (command) => memberIn(command).session.refresh(),
  act: (command) => memberIn(command).act(actIn(command)),
  leave: (command) => memberIn(command).session.leave(),
  close: async (command) => {
    await memberIn(command).session.close();
    members.delete(String(command['member']));
  },
  skip,
  groupInfo: async (command) => Buffer.from(await memberIn(command).keys.groupInfo()).toString('base64url'),
  entries: (command) => memberIn(command).wire.entries,
  forge,
  forgeAndSend,
  /** Says any frame on a member's channel; one with an answer waits for it. */
  raw: (command) => memberIn(command).wire.ask(command['frame'] as Record<string, unknown>),
  tell: (command) => {
    memberIn(command).wire.tell(command['frame'] as Record<string, unknown>);
  },
  keep: (command) => {
    kept.set(String(command['member']), new KeptState(memberIn(command)));
  },
  tryKept: (command) => {
    const state = kept.get(String(command['member']));
    if (state === undefined) throw new Error('nothing was kept');
    return state.tryAt(String(command['commit']), String(command['said']), memberIn(command, 'inside'));
  },
};

function answer(fields: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

async function carryOut(line: string): Promise<void> {
  const command = JSON.parse(line) as Command;
  const { id } = command;
  try {
    const act = COMMANDS[command.do];
    if (act === undefined) throw new Error(`no command ${command.do}`);
    answer({ id, value: (await act(command)) ?? null });
  } catch (error) {
    answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void carryOut(line));
lines.on('close', () => process.exit(0));
