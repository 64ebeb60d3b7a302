import { AwsCallError } from '../../aws/call.ts';
import { isRunnerGone, mayBeHeld, messageOf, Refusal } from '../../core/problems.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import type { Shifting } from '../../core/alias/shifting.ts';
import { executionLink, executionOf, type ExecutionOf } from '../../core/alias/execution.ts';
import { ENDED } from '../../core/state-machine/definition.ts';
import { NOTHING_TOLD, whereTold, type Told } from '../../core/state-machine/told.ts';
import { continuedInput } from '../../core/state-machine/takeover.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { SavedRollout } from '../../github/saved.ts';
import { NOTHING_KNOWN, withPauses } from '../checks/duration-history.ts';
import { momentOf } from '../moment.ts';
import { BAKED, forget, type Surroundings } from '../surroundings.ts';
import { firstInput, limitsOf, withoutRoom } from './first-input.ts';
import { follow } from './follow.ts';
import { putBack, type Followed } from './put-back.ts';
import { tellOfReverted } from './reverted.ts';
import type { Undertaking } from './undertaking.ts';

/** Has AWS move the traffic of all targets through the plan, and follows that to its end where the job is to wait. */
export async function carryOutOnAws(
  shifting: readonly Shifting[],
  options: Undertaking,
): Promise<Ending> {
  const { config, begunAt, comparable, surroundings, goesOnFrom, handOver } = options;
  const { aws, clock, journal, cancellation, keep } = surroundings;
  const started = momentOf(clock);
  const followed = followedOf(shifting, options);
  const text = JSON.stringify(await inputOf(shifting, options));
  const { execution, saved, link } = followed;
  handOver();
  // Should this process be killed, its post step says where the rollout goes on.
  keep.save(saved);
  try {
    // Without what happened there is nothing to put back: as long as it is not known, there may be.
    await aws.stepFunctions.start(execution, text, { signal: cancellation, urgency: 'shift' });
  } catch (error) {
    if (cancellation.aborted) return afterCancel(followed, options, { unanswered: text });
    if (error instanceof AwsCallError && error.unanswered === 0) {
      forget(surroundings);
      throw error;
    }
    return putBack(
      followed,
      `it is not known whether AWS began: ${messageOf(error)}`,
      surroundings,
      text,
    );
  }
  journal.record({ type: 'carrier', at: clock.timeOfDay(), url: link });
  // Only now: as long as this one had not begun, that one watched.
  if (goesOnFrom !== undefined) await endTakenOver(goesOnFrom.execution, surroundings);
  if (cancellation.aborted) return afterCancel(followed, options, {});
  if (!config.waits) {
    try {
      // Until AWS has begun in all of them, any that cannot begin takes the others back.
      await surroundings.wave.reach(BAKED, cancellation);
    } catch {
      return afterCancel(followed, options, {});
    }
    forget(surroundings);
    return { ...ended('started', `It goes on without this job: ${link}`), askedFor: true };
  }
  const ending = await follow(followed, surroundings);
  if ('cancelledAt' in ending) return afterCancel(followed, options, { told: ending.cancelledAt });
  if (ending.outcome === 'reverted') {
    const from = Math.min(begunAt ?? started.timeOfDay, started.timeOfDay);
    const told = { targets: shifting, from, deadlineAt: undefined, comparable };
    await tellOfReverted(told, config, surroundings);
  }
  return ending;
}

async function inputOf(shifting: readonly Shifting[], options: Undertaking) {
  const { comparable, surroundings, goesOnFrom } = options;
  const { aws, clock, journal, cancellation } = surroundings;
  const when = { at: clock.timeOfDay(), signal: cancellation };
  const called = comparable
    ? await withPauses(aws.metrics, shifting, when)
    : shifting.map((each) => ({ ...each, ...NOTHING_KNOWN }));
  const carried = { ...options, shifting: called, region: aws.region };
  const first = firstInput(carried);
  const { input, missing } =
    goesOnFrom === undefined
      ? { input: first, missing: [] }
      : continuedInput({ left: goesOnFrom.left, input: first });
  for (const what of missing) {
    journal.warn(`The execution that carried the rollout so far does not tell ${what}`);
  }
  const { problems, warnings } = limitsOf(carried, input);
  if (problems.length > 0) throw new Refusal(problems);
  warnings.forEach(journal.warn);
  return input;
}

function followedOf(shifting: readonly Shifting[], options: Undertaking): Followed {
  const { config, part, surroundings } = options;
  const { region } = surroundings.aws;
  const account = accountIn(shifting[0]?.alias.arn ?? '') ?? '';
  const [mark] = shifting[0]?.marks ?? [];
  const markless = withoutRoom(shifting);
  // Somebody has made the description longer since it was looked at.
  if (mark === undefined || markless.length > 0) throw new Refusal(markless);
  const execution = executionOf(mark, { stateMachine: config.stateMachine, region, account });
  const weights = part.plan.steps.map(({ weight }) => weight);
  const saved: SavedRollout = {
    region: config.region,
    role: config.role,
    account,
    execution,
    targets: shifting.map(({ target, versions: { stable, canary }, nonces, begun }) => ({
      target,
      versions: { stable, canary },
      nonces,
      begun: [...begun, ...weights],
    })),
  };
  return {
    execution,
    saved,
    link: executionLink(execution),
    continues: part.beginning.standing !== undefined,
  };
}

/** It would end by itself when it finds an alias that the next part has marked. */
async function endTakenOver(
  execution: ExecutionOf,
  { aws, journal, cancellation: signal }: Surroundings,
): Promise<void> {
  const { 'taken over': error } = ENDED;
  const cause = 'another job goes on with the rollout';
  try {
    await aws.stepFunctions.stop(execution, { error, cause }, { urgency: 'shift', signal });
  } catch (problem) {
    journal.note(
      `The execution before this one could not be stopped, and ends by itself: ${messageOf(problem)}`,
    );
  }
}

interface Cut {
  /** What AWS was given to begin with, where it is not known to have begun: what may not have is not left to it. */
  readonly unanswered?: string;
  /** What AWS had told. */
  readonly told?: Told;
}

/**
 * AWS goes on when the runner does not: it watches, whoever looks.
 * @param cut how far it had come by then
 */
async function afterCancel(
  followed: Followed,
  options: Undertaking,
  { unanswered, told = NOTHING_TOLD }: Cut,
): Promise<Ending> {
  const { config, surroundings, goesOnFrom } = options;
  const hasBegun = unanswered === undefined;
  const { reason } = surroundings.cancellation as { readonly reason: unknown };
  const why = messageOf(reason);
  if (isRunnerGone(reason)) {
    const goesOn = hasBegun ? 'AWS goes on' : 'Whether AWS began is not known';
    return ended('started', `${why}. ${goesOn}: ${followed.link}`);
  }
  const watching = hasBegun ? followed.execution : goesOnFrom?.execution;
  if (config.onCancel === 'hold' && mayBeHeld(reason) && watching !== undefined) {
    forget(surroundings);
    const held = `${why}, and on-cancel is hold: AWS goes on with it: ${executionLink(watching)}`;
    return { ...ended('started', held), askedFor: true };
  }
  const where = whereTold(told, surroundings.clock.timeOfDay());
  return putBack(followed, `${where}${why}`, surroundings, unanswered);
}
