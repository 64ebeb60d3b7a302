import type { LogFinding } from '../../core/checks/logs.ts';
import type { WatchedTarget } from '../../core/checks/reader.ts';
import { NO_FAILURES, type FailureAccount } from '../../core/log-lane/account.ts';
import { linesFrom, type KeptLine } from '../../core/log-lane/failures.ts';
import type { LoggedTarget } from '../../core/log-lane/sight.ts';
import { failuresSignal, ownSignal, type Signal } from '../../core/log-lane/signal.ts';
import { sideOf, type LoggedFunction } from '../../core/log-lane/streams.ts';
import type { Timeline } from '../../core/log-lane/timeline.ts';
import type { FailureRule } from '../../core/statistics/failure-evidence.ts';
import type { Searched } from './log-search.ts';

export interface LaneOptions {
  readonly targets: readonly (WatchedTarget & { readonly logged: LoggedTarget })[];
  readonly mode: 'on' | 'observe';
  /** Its alpha is for all targets together. */
  readonly rule: FailureRule;
  /** A filter pattern of the user's own, and the alpha of what it finds; undefined without one. */
  readonly own: { readonly pattern: string; readonly alpha: number } | undefined;
}

/** What is read of one target by one signal. */
export interface Lane {
  readonly index: number;
  readonly watched: WatchedTarget;
  readonly logged: LoggedFunction;
  readonly signal: Signal;
  readonly rule: FailureRule;
  readonly mode: 'on' | 'observe';
  /** Those that may still change what is said. */
  readonly lines: Map<string, KeptLine>;
  /** What cannot change any more. */
  closed: FailureAccount;
  largestDelayMs: number;
  /** Failures up to here were judged; epoch milliseconds, by AWS. */
  judgedTo: number;
  finding: LogFinding | undefined;
}

/** What was read of a log group, and the weights by the same clock. */
export interface Found extends Searched {
  readonly weights: Timeline;
}

/** Of one target: its failures, and what the user's own pattern finds. */
export function lanesOf(index: number, { targets, rule, own, mode }: LaneOptions): readonly Lane[] {
  const found = targets[index];
  if (found === undefined) return [];
  const { target, versions, logged } = found;
  const { logGroup, format, counted, observedBecause } = logged;
  const signals = [
    { signal: failuresSignal(format, counted), alpha: rule.alpha },
    ...(own === undefined ? [] : [{ signal: ownSignal(own.pattern), alpha: own.alpha }]),
  ];
  return signals.map(({ signal, alpha }) => ({
    index,
    watched: { target, versions },
    logged: { functionName: target.functionName, versions, logGroup },
    signal,
    rule: { ...rule, alpha: alpha / targets.length },
    mode: observedBecause === undefined ? mode : 'observe',
    lines: new Map(),
    closed: NO_FAILURES,
    largestDelayMs: 0,
    judgedTo: 0,
    finding: undefined,
  }));
}

/** Takes what tells of failures, and may still change what is said. */
export function keep(lane: Lane, { lines, weights }: Found): void {
  const since = Math.max(weights[0]?.since ?? Infinity, lane.closed.enteredTo);
  for (const { id, stream, at, ingestedAt, message } of lines) {
    const side = sideOf(stream, lane.logged);
    if (side === undefined || at < since) continue;
    lane.largestDelayMs = Math.max(lane.largestDelayMs, ingestedAt - at);
    if (lane.lines.has(id)) continue;
    const said = lane.signal.read(message);
    if (said.failure === null && said.coveredMs === undefined) continue;
    lane.lines.set(id, { at, stream, side, ...said });
  }
}

/** Lets go of what cannot change any more, which stays as a sum. */
export function close(lane: Lane, closed: FailureAccount): void {
  if (closed === lane.closed) return;
  lane.closed = closed;
  const open = new Set(linesFrom([...lane.lines.values()], closed.enteredTo));
  for (const [id, line] of lane.lines) if (!open.has(line)) lane.lines.delete(id);
}
