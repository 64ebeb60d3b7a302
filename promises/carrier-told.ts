import { isObject, textOf, type JsonObject } from '../simulator/states/json.ts';
import type { HistoryEvent } from '../simulator/states/history.ts';
import { ENDED } from '../src/core/state-machine/definition.ts';
import type { ExecutionEvent } from '../src/core/state-machine/event.ts';
import type { MachineInput } from '../src/core/state-machine/input.ts';
import { NOTHING_TOLD, tellEvent } from '../src/core/state-machine/told.ts';
import { ended, type Ending } from '../src/core/report/ending.ts';
import type { Entry } from '../src/core/report/entry.ts';
import type { Carrying } from './carrier.ts';
import type { Told } from './stage.ts';

/** What a process had found out before its execution began, and the execution goes on from. */
const BEFORE: readonly Entry['type'][] = ['plan', 'targets', 'position', 'details'];

/**
 * What an execution did, told like a process, so that the same promises hold for it.
 * @param told by the processes; one of them began the rollout
 */
export function toldByCarrier(
  { name, execution, startedBy }: Carrying,
  told: readonly Told[],
): Told {
  const started = told.find(({ process }) => process === startedBy);
  if (started === undefined) throw new Error(`Nobody tells of ${startedBy}`);
  const { events, startedAt, stoppedAt = Infinity } = execution;
  let so = NOTHING_TOLD;
  const entries: Entry[] = started.entries.filter(
    ({ type, at }) => BEFORE.includes(type) && at <= startedAt,
  );
  for (const event of events) {
    const news = tellEvent(so, eventIn(event));
    so = news.told;
    entries.push(...news.entries);
  }
  return {
    process: name,
    startedAt,
    entries,
    ending: endingOf(execution),
    endedAt: stoppedAt,
    cancelledAt: undefined,
    died: 'none',
    config: { ...started.config, pollIntervalMs: slowestPaceOf(execution) },
  };
}

/** A machine reads its checks no more often than every 15 s, and what is held more seldom still. Milliseconds. */
function slowestPaceOf({ input }: Carrying['execution']): number {
  const {
    pollMs = 0,
    hold,
    detail,
  } = JSON.parse(input) as Partial<MachineInput> & {
    readonly detail?: { readonly input: string };
  };
  return detail === undefined
    ? Math.max(pollMs, hold?.pollMs ?? 0)
    : slowestPaceOf({ ...detail } as Carrying['execution']);
}

/** Nothing of one that somebody ended: it says nothing. */
function endingOf({ status, error, cause = '' }: Carrying['execution']): Ending | undefined {
  if (status === 'SUCCEEDED') return ended('promoted', '');
  if (status !== 'FAILED') return undefined;
  switch (error) {
    case ENDED.reverted:
      return ended('reverted', cause);
    case ENDED['revert-failed']:
      return ended('revert-failed', cause);
    case ENDED.failed:
      return ended('failed', cause);
    default:
      return undefined;
  }
}

function eventIn({ id, at, type, details }: HistoryEvent): ExecutionEvent {
  const [of] = Object.values(details);
  const known: JsonObject = isObject(of) ? of : {};
  const text = (member: string) => {
    const value = known[member];
    return typeof value === 'string' ? value : '';
  };
  const assigned = known['assignedVariables'];
  const data = /State(?:Entered|Exited)$/.test(type) ? '' : text('output') || text('input');
  return {
    id,
    at,
    type,
    state: text('name'),
    assigned: isObject(assigned)
      ? Object.fromEntries(
          Object.entries(assigned).map(([name, value]) => [
            name,
            JSON.parse(textOf(value)) as unknown,
          ]),
        )
      : {},
    data: data === '' ? undefined : (JSON.parse(data) as unknown),
    error: text('error'),
    cause: text('cause'),
  };
}
