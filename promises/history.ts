import type { Plan } from '../src/core/rollout/plan.ts';
import type { Entry } from '../src/core/report/entry.ts';
import type { Target, TargetReport } from '../src/core/alias/target.ts';
import {
  CANARY,
  STABLE,
  type Played,
  type Told,
  type TrueAlias,
  type CommandRun,
} from './stage.ts';

/** A promise that was not kept, by its number in RELIABILITY.md. */
export interface Violation {
  readonly promise: number;
  readonly what: string;
}

export function historyOf({ aliases }: Played, { functionName }: Target): readonly TrueAlias[] {
  return aliases.filter((each) => each.functionName === functionName);
}

/** What the alias serves when everything is over, writes that were late included. */
export function truthAtTheEnd(played: Played, target: Target): TrueAlias | undefined {
  return historyOf(played, target).findLast(({ by }) => by !== 'AWS');
}

/** What a process wrote, also what arrived only after its end. */
export function written(played: Played, { process }: Told, target: Target): readonly TrueAlias[] {
  return historyOf(played, target).filter(({ by }) => by === process);
}

/** The writes that moved traffic: one that takes a mark off leaves it where it was. */
export function moves(played: Played, { process }: Told, target: Target): readonly TrueAlias[] {
  return historyOf(played, target).filter((record, index, history) => {
    const before = history[index - 1];
    return record.by === process && (before === undefined || describe(before) !== describe(record));
  });
}

export const isOurs = ({ by }: TrueAlias) =>
  by !== 'others' && by !== 'AWS' && by !== 'preparation';

/** Whether a write is somebody else's to a process: that of a person, or of a run beside its own. */
export function isForeignTo({ process }: Told, { by }: TrueAlias): boolean {
  return by === 'others' || (isOurs({ by } as TrueAlias) && isRival(by) !== isRival(process));
}

/** The rival, and what AWS does for it. */
function isRival(by: TrueAlias['by']): boolean {
  return by.endsWith('rival');
}

/** A time of day as the time that processes have lived through: a machine that sleeps does nothing, and watches nothing. */
export function awake({ suspensions }: Pick<Played, 'suspensions'>, at: number): number {
  const slept = suspensions.map(({ at: from, ms }) => Math.max(0, Math.min(ms, at - from)));
  return at - slept.reduce((total, ms) => total + ms, 0);
}

/** Percent that goes to the canary of a process. */
export function canaryShare(
  told: Told,
  { functionName, version, weights }: Pick<TrueAlias, 'functionName' | 'version' | 'weights'>,
): number {
  const canary = canaryOf(told, functionName);
  return version === canary ? 100 - 100 * sum(weights) : 100 * (weights[canary] ?? 0);
}

/** Somebody else may have updated the function, so that another version was published. */
export function canaryOf(told: Told, functionName: string): string {
  return reported(told, functionName)?.version ?? CANARY;
}

/** Somebody else may have moved the alias before the rollout began. */
export function stableOf(told: Told, functionName: string): string {
  return reported(told, functionName)?.previousVersion ?? STABLE;
}

/** Whether the target takes part: one that serves the canary already, or has a new alias, does not. */
export function isShifted(told: Told, { functionName }: Target): boolean {
  return reported(told, functionName)?.disposition === 'shift';
}

function reported({ entries }: Told, functionName: string): TargetReport | undefined {
  const known = entries.findLast((entry) => entry.type === 'targets');
  const target = known?.targets.find((each) => each.functionName === functionName);
  return target?.disposition === 'none' ? undefined : target;
}

function sum(weights: TrueAlias['weights']): number {
  return Object.values(weights).reduce((total, weight) => total + weight, 0);
}

export const servesAlone = ({ version, weights }: TrueAlias, wanted: string) =>
  version === wanted && Object.keys(weights).length === 0;

/** The plan as the process knows it: `mode: promote` leaves steps out. */
export function planOf({ entries, config }: Told): Plan {
  return entries.findLast((entry) => entry.type === 'plan')?.plan ?? config.plan;
}

/** Whether a process goes on with what another one began to move, or was about to. */
export function takesOver(told: Told): boolean {
  return takenOver(told) !== undefined;
}

/** From when on a process knows that it goes on with a rollout: it has read all of its aliases. */
export function takesOverAt({ attempts }: Played, told: Told): number | undefined {
  const position = takenOver(told);
  if (position === undefined) return undefined;
  // Whether a promotion that stands is gone on with is known only when the version is.
  if (position.weight >= 100) return position.at;
  const read = attempts.filter(
    ({ by, operation, heard }) =>
      by === told.process && operation === 'GetAlias' && heard?.understood === true,
  );
  const times = told.config.requests.map(({ target }) => {
    const first = read.find(({ functionName }) => functionName === target.functionName);
    return first?.heard?.at ?? position.at;
  });
  return Math.max(...times);
}

function takenOver({ entries, config: { mode } }: Told) {
  if (mode === 'revert' || mode === 'status') return undefined;
  return entries.find((entry) => entry.type === 'position' && entry.weight > 0) as
    Extract<Entry, { type: 'position' }> | undefined;
}

export type StateEntry = Extract<Entry, { type: 'state' }>;

export function statesOf({ entries }: Told): readonly StateEntry[] {
  return entries.filter((entry) => entry.type === 'state');
}

/** `version 1+3@0.1` */
export function describe({ version, weights }: TrueAlias): string {
  const split = Object.entries(weights).map(([other, weight]) => `+${other}@${weight}`);
  return `version ${version}${split.join('')}`;
}

/** When a command said to a process that it fails. By the time of day. */
export function failuresOf({ commandRuns }: Played, { process }: Told): readonly number[] {
  return commandRuns
    .filter((run) => run.by === process && saysNo(run))
    .map(({ heard }) => heard?.at ?? Infinity);
}

/** Whether a run said that its check fails. */
export function saysNo({ heard }: CommandRun): boolean {
  return heard?.result.type === 'exited' && heard.result.code === 1;
}
