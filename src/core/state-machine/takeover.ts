import type {
  MachineAccount,
  MachineChange,
  MachineInput,
  MachineTarget,
  MachineWatch,
} from './input.ts';
import { membersOf, numbersIn, recordsIn, type Members } from './members.ts';

/** What is known of the execution that carried the rollout so far. */
export interface EarlierExecution {
  /** What it was given. */
  readonly input: unknown;
  /** Its variables by name, as they were assigned last. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Continued {
  readonly input: MachineInput;
  /** What it did not tell: whoever goes on without it does not judge everything since the rollout began. */
  readonly missing: readonly string[];
}

/**
 * What the next part of a rollout is given, so that it goes on where the one before was: with what that one counted, with the weights
 * that it brought into force, and with the alarms as that one last saw them, so that the first reading asks what they did since.
 * @param options.input what the part would be given if there had been none before it
 */
export function continuedInput({
  left,
  input,
}: {
  readonly left: EarlierExecution;
  readonly input: MachineInput;
}): Continued {
  const given = membersOf(left.input);
  const { variables } = left;
  const changes = changesIn(variables['changes']) ?? changesIn(given['changes']) ?? [];
  const known = [...recordsIn(variables['targets']), ...recordsIn(given['targets'])];
  const seen = [
    ...recordsIn(membersOf(variables['watched'])['watches']),
    ...recordsIn(given['alarms']),
  ];
  return {
    input: {
      ...input,
      changes,
      targets: input.targets.map((target) => continuedTarget(target, { known, changes })),
      alarms: input.alarms.map((alarm) => continuedAlarm(alarm, seen)),
      ...accountsIn(left, input),
    },
    missing: [
      ...(changes.length === 0 ? ['when its weights came into force'] : []),
      ...(input.alarms.length > 0 && seen.length === 0 ? ['what its alarms were last'] : []),
    ],
  };
}

function continuedTarget(
  target: MachineTarget,
  {
    known,
    changes,
  }: { readonly known: readonly Members[]; readonly changes: readonly MachineChange[] },
): MachineTarget {
  const before = numbersIn(known.find((each) => isSame(each, target))?.['begun']);
  // One that was not moved yet may have a write on its way all the same.
  const inForce = target.standing < 0 ? [] : changes.map(({ weight }) => weight);
  return { ...target, begun: [...new Set([...target.begun, ...inForce, ...before])] };
}

/** One that the part before did not watch begins as it is. */
function continuedAlarm(
  alarm: Omit<MachineWatch, 'seenAt'>,
  seen: readonly Members[],
): Omit<MachineWatch, 'seenAt'> {
  const last = seen.find(({ name }) => name === alarm.name);
  const { state, at, ignored } = last ?? {};
  return typeof state === 'string' && typeof at === 'number' && typeof ignored === 'boolean'
    ? { name: alarm.name, state, at, ignored }
    : alarm;
}

/** What was added up for good, and from when on the minutes are to be read; all of them, where that is not told. */
function accountsIn(
  { input: given, variables }: EarlierExecution,
  input: MachineInput,
): Pick<MachineInput, 'accounts' | 'openFrom'> {
  const { closed, openFrom } = membersOf(variables['judged']);
  const { accounts: first, openFrom: from, targets } = membersOf(given);
  const accounts = recordsIn(closed ?? first);
  const since = closed === undefined ? from : openFrom;
  const before = recordsIn(targets);
  const mine = input.targets.map(
    (target) => accounts[before.findIndex((each) => isSame(each, target))],
  );
  const isKnown = (account: Members | undefined): account is Members & MachineAccount =>
    account?.['standing'] !== undefined && account['inStep'] !== undefined;
  if (typeof since !== 'number' || !mine.every(isKnown)) {
    return { accounts: input.accounts, openFrom: 0 };
  }
  return { accounts: mine, openFrom: since };
}

function isSame({ functionId, alias }: Members, target: MachineTarget): boolean {
  return functionId === target.functionId && alias === target.alias;
}

function changesIn(value: unknown): readonly MachineChange[] | undefined {
  const all = recordsIn(value).filter(
    ({ at, weight, few }) =>
      typeof at === 'number' && typeof weight === 'number' && Array.isArray(few),
  ) as unknown as readonly MachineChange[];
  return all.length === 0 ? undefined : all;
}
