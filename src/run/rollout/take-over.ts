import { never, unlessAborted, within } from '../../aws/patience.ts';
import { repairCommand } from '../../core/alias/repair.ts';
import { formatWeight } from '../../core/rollout/weight.ts';
import { sameTarget } from '../../core/alias/target.ts';
import { begunAtOf, type Unfinished } from '../../core/alias/unfinished.ts';
import { defaultLogGroup } from '../../core/text/log-group.ts';
import { CheckFailed, mayBeHeld, messageOf } from '../../core/problems.ts';
import { ended, endedBack, type Ending } from '../../core/report/ending.ts';
import type { SavedRollout } from '../../github/saved.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import type { FoundAlias } from '../alias/find.ts';
import { takeOverAlarms } from '../checks/alarms.ts';
import { revertSaved, type Left } from './clean-up.ts';
import { momentOf } from '../moment.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';
import { tellOfReverted } from './reverted.ts';
import { startWatch } from './watch.ts';

/** What is to be gone on with, and the aliases as they were just read. */
export interface TakenOver {
  readonly unfinished: readonly Unfinished[];
  readonly found: readonly FoundAlias[];
}

/** What goes on with a rollout has until its own watch begins. */
export interface Handover {
  /** Cancelled as well when an alarm fails before that. */
  readonly surroundings: Surroundings;
  readonly isWatched: boolean;
  /** To be called right before the loop begins to watch by itself. @throws when an alarm has failed */
  readonly handOver: () => void;
}

/** For where the new version logs, when the old one is back. */
const LOG_GROUP_PATIENCE_MS = 5_000;

/**
 * Goes on with a rollout that is in the middle of its traffic. Its alarms are watched from here on, beside whatever `act`
 * waits for, until the loop watches by itself. What fails, or cannot be gone on with, is reverted and not left: nobody else
 * watches it.
 * @param act throws only what comes before the loop, which reverts by itself
 */
export async function takeOver(
  { unfinished, found }: TakenOver,
  config: Config,
  surroundings: Surroundings,
  act: (handover: Handover) => Promise<Ending>,
): Promise<Ending> {
  if (unfinished.length === 0) {
    return act({ surroundings, isWatched: false, handOver: () => undefined });
  }
  const { region, role, onCancel } = config;
  const account = accountIn(found[0]?.arn ?? '');
  const saved: SavedRollout = { region, role, account, targets: unfinished.map(savedOf) };
  saveIfPossible(saved, surroundings);
  const { cancellation, wave } = surroundings;
  wave.hasTraffic();
  const guard = guardOf(unfinished, config, surroundings);
  const signal = AbortSignal.any([cancellation, guard.failed]);
  const under = { ...surroundings, cancellation: signal };
  try {
    const going = act({ surroundings: under, isWatched: true, handOver: guard.handOver });
    return await unlessAborted(guard.failed, going);
  } catch (error) {
    const isRed = error instanceof CheckFailed;
    const holds = onCancel === 'hold' && mayBeHeld(cancellation.reason);
    if (cancellation.aborted && holds && !isRed) {
      forget(surroundings);
      return ended('held', messageOf(error));
    }
    const targets = unfinished.map((each) => asFound(each, found));
    const reverting = revertSaved({ targets, account }, surroundings);
    guard.stop();
    const reason = isRed
      ? `${whereOf(unfinished)}: ${error.message}`
      : `the rollout that was found could not be continued: ${messageOf(error)}`;
    wave.reverting(reason);
    surroundings.journal.note(`reverting: ${reason}`);
    const { result, detail } = await reverting;
    if (result !== 'revert-failed') forget(surroundings);
    if (isRed && result === 'reverted') await tellOf(unfinished, config, surroundings);
    return endedBack(result, detail === '' ? reason : `${reason}\n${detail}`);
  } finally {
    guard.stop();
  }
}

interface Guard {
  /** Aborted when an alarm fails. */
  readonly failed: AbortSignal;
  readonly handOver: Handover['handOver'];
  readonly stop: () => void;
}

/** The alarms of a rollout, judged since it began, before anything else is known of it. */
function guardOf(
  unfinished: readonly Unfinished[],
  config: Config,
  { aws, clock, journal }: Surroundings,
): Guard {
  const alarms = takeOverAlarms(aws.alarms, {
    ...config,
    names: config.alarms.map(({ name }) => name),
    begunAt: begunAtOf(unfinished) ?? clock.timeOfDay(),
    at: momentOf(clock),
  });
  const intervalMs = config.pollIntervalMs;
  const watch = startWatch([{ checks: alarms, intervalMs, gates: true }], clock);
  const failed = new AbortController();
  let isOver = false;
  watch
    .failure(never())
    .then(({ at, verdict, findings }) => {
      if (isOver) return;
      failed.abort(new CheckFailed(verdict));
      journal.record({ type: 'reading', at: at.timeOfDay, verdict, findings });
    })
    .catch((error: unknown) => {
      if (!isOver) failed.abort(error);
    });
  const stop = () => {
    isOver = true;
    watch.stop();
  };
  return {
    failed: failed.signal,
    stop,
    handOver() {
      failed.signal.throwIfAborted();
      stop();
    },
  };
}

async function tellOf(
  unfinished: readonly Unfinished[],
  config: Config,
  surroundings: Surroundings,
): Promise<void> {
  const { aws, clock, cancellation } = surroundings;
  if (cancellation.aborted) return;
  const targets = await Promise.all(
    unfinished.map(async ({ target, mark: { stable, canary } }) => {
      // What its preflight would have found out.
      const logGroup = await within(clock, LOG_GROUP_PATIENCE_MS, cancellation, async (signal) => {
        return (await aws.functions.read(target, signal, canary)).logGroup;
      }).catch(() => defaultLogGroup(target.functionName));
      return { target, versions: { stable, canary }, logGroup };
    }),
  );
  const from = begunAtOf(unfinished) ?? clock.timeOfDay();
  const comparable = config.analysis.mode !== 'off';
  const reverted = { targets, from, comparable, deadlineAt: undefined };
  await tellOfReverted(reverted, config, surroundings);
}

/** `at 10 % (step 1), before this job went on with it` */
function whereOf(unfinished: readonly Unfinished[]): string {
  const [step] = unfinished.map(
    ({ mark }) => `at ${formatWeight(mark.weight)} (step ${mark.step}), `,
  );
  return `${step ?? ''}before this job went on with it`;
}

/** What is known of it to revert it. */
export function savedOf({ target, mark }: Unfinished): SavedRollout['targets'][number] {
  const { stable, canary, nonce, weight } = mark;
  return { target, versions: { stable, canary }, nonces: [nonce], begun: [weight] };
}

/** With the revision it was read at, by which it is written without another look. */
function asFound(each: Unfinished, found: readonly FoundAlias[]): Left {
  const alias = found.find(({ target }) => sameTarget(target, each.target));
  return alias === undefined ? savedOf(each) : { ...savedOf(each), alias };
}

/** What stays as a dead run left it, in a dry run or where it may not be touched. */
export function stillSplit(unfinished: readonly Unfinished[], region: string): readonly string[] {
  return unfinished.map(
    ({ target, mark }) =>
      `${target.functionName}:${target.alias} stays at ${mark.weight} % of version ${mark.canary}, and nobody ` +
      `watches it. To put version ${mark.stable} back: ${repairCommand(target, mark.stable, region)}`,
  );
}
