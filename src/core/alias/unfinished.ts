import { readMark, sameRollout, type Mark, type RolloutId } from './mark.ts';
import { describeHeldBack, isAsMarked } from './ownership.ts';
import { repairCommand } from './repair.ts';
import { describeRouting, isSplit, looksHeldBack, mostServed, type Routing } from './routing.ts';
import { sameTarget, targetName, type Target } from './target.ts';

/** What is known of the workflow run that a rollout belongs to. */
export type RunStatus =
  | { readonly type: 'ended'; readonly url: string }
  | { readonly type: 'running'; readonly url: string }
  | { readonly type: 'unknown'; readonly url: string; readonly problem: string };

/** What to do with the unfinished rollout of a run that has ended. */
export interface UnfinishedPolicy {
  readonly action: 'revert' | 'resume' | 'fail';
  /** Whether a person chose it, or it is the default. */
  readonly given: boolean;
}

/** An alias as a run finds it before it begins. */
export interface Found {
  readonly target: Target;
  readonly routing: Routing;
  readonly description: string;
}

/** A rollout that moved an alias and did not live to its end. */
export interface Unfinished {
  readonly target: Target;
  readonly mark: Mark;
}

/** What is to be done about what earlier rollouts left, before a new one begins. */
export interface Recovery {
  /** `none` when there is nothing to recover. */
  readonly action: 'none' | 'revert' | 'resume';
  readonly unfinished: readonly Unfinished[];
  /** Targets that carry the mark of an ended rollout of which nothing is to be recovered. */
  readonly leftover: readonly Target[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface RecoveryOptions {
  readonly found: readonly Found[];
  readonly statusOf: (mark: Mark) => RunStatus;
  readonly policy: UnfinishedPolicy;
  /** The rollout that is to begin. */
  readonly own: RolloutId;
  readonly region: string;
}

/**
 * Decides about aliases that are split, or carry the mark of a rollout. A rollout is taken for dead only
 * when its run is known to have ended, and an alias for its own only when it is as its mark says.
 */
export function recoveryOf({ found, statusOf, policy, own, region }: RecoveryOptions): Recovery {
  const marked = found.flatMap(({ target, routing, description }) => {
    const { mark } = readMark(description);
    return mark === undefined ? [] : [{ target, routing, mark, run: statusOf(mark) }];
  });
  const asLeft = marked.filter(({ routing, mark }) => isAsMarked(routing, mark));
  const split = asLeft.filter(({ routing }) => isSplit(routing));
  // A promotion whose last bake was cut off stands by itself, unless others of its rollout are split:
  // these move all or none. Only who resumes the very same plan can end its bake.
  const unfinished = asLeft.filter(
    ({ mark }) =>
      split.some((other) => sameRollout(other.mark, mark)) ||
      (policy.action === 'resume' && mark.plan === own.plan),
  );
  const recoverable = (target: Target) =>
    unfinished.some((each) => sameTarget(each.target, target));

  const problems = [
    ...found.flatMap((alias) =>
      isSplit(alias.routing) && !recoverable(alias.target) ? [notOurs(alias, region)] : [],
    ),
    ...marked.flatMap(({ target, mark, run }) => {
      const name = targetName(target);
      if (run.type === 'running') return [underWay(name, mark, run.url)];
      if (!recoverable(target)) return [];
      if (policy.action === 'fail') return [toFail({ target, mark }, run.url, region)];
      return run.type === 'unknown' && !policy.given
        ? [notKnown({ target, mark }, run, region)]
        : [];
    }),
  ];
  const lost = lostIn({ unfinished, marked, found });
  const unresumable =
    policy.action === 'resume' ? [...resumeProblems(unfinished, own), ...lost] : [];
  return {
    action:
      problems.length > 0 || unfinished.length === 0 || policy.action === 'fail'
        ? 'none'
        : policy.action,
    unfinished: unfinished.map(({ target, mark }) => ({ target, mark })),
    leftover: marked
      .filter(
        ({ target, routing, run }) =>
          run.type === 'ended' && !isSplit(routing) && !recoverable(target),
      )
      .map(({ target }) => target),
    // What cannot be resumed is taken over all the same, to be reverted.
    problems: [...problems, ...unresumable],
    warnings: [
      ...(policy.action === 'resume' ? [] : lost),
      ...marked.flatMap(({ target, routing, mark, run }) =>
        recoverable(target)
          ? [recovering({ target, mark }, run, policy)]
          : [leftOver(target, routing, run.url)],
      ),
    ],
  };
}

interface Standing extends Unfinished {
  readonly routing: Routing;
}

/**
 * Of rollouts whose functions were found by searching, and of which this run finds fewer: the others may be split still. What carries
 * no mark may be any other function, unless all of it stands: the last bake takes the marks off.
 */
function lostIn({
  unfinished,
  marked,
  found,
}: {
  readonly unfinished: readonly Standing[];
  readonly marked: readonly Unfinished[];
  readonly found: readonly Found[];
}): readonly string[] {
  const rollouts = Map.groupBy(unfinished, ({ mark }) => mark.nonce);
  return [...rollouts.values()].flatMap((left) => {
    const [first] = left;
    if (first === undefined) return [];
    const moved = first.mark.targets ?? 0;
    const carrying = marked.filter(({ mark }) => sameRollout(mark, first.mark)).length;
    const present = isInTraffic(left, left) ? carrying : found.length;
    return moved <= present
      ? []
      : [
          `The rollout that did not end moved ${moved} functions, and of those that this run has, ${carrying} ` +
            `${carrying === 1 ? 'carries' : 'carry'} its mark: the others may still be split, and nobody watches them. Name in ` +
            'function-name those that are missing as well, or put them back with mode: revert; where none is missing, it had not ' +
            'reached all of them.',
        ];
  });
}

/** `the rollout of version 8 that https://… began` */
function rollout({ canary }: Mark, url: string): string {
  return `the rollout of version ${canary} that ${url} began`;
}

function underWay(name: string, mark: Mark, url: string): string {
  if (mark.carriedBy === 'aws') {
    return (
      `${name} is being moved by AWS: the rollout of version ${mark.canary} goes on, ${url}. Wait for its end, or put ` +
      `version ${mark.stable} back with mode: revert.`
    );
  }
  return (
    `${name} is being moved by another run: ${rollout(mark, url)} is still under way. ` +
    'Wait for its end or cancel it; a concurrency group in the workflow keeps two rollouts apart.'
  );
}

function notOurs({ target, routing, description }: Found, region: string): string {
  const says = description === '' ? '' : ` Its description is: ${description}.`;
  if (looksHeldBack(routing)) return heldBack(target, routing, region);
  return (
    `${targetName(target)} is already split: ${describeRouting(routing)}. It is not as any rollout of this ` +
    `action left it, so somebody else is moving it, or did.${says} Let that end, or put the alias on one ` +
    `version: ${repairCommand(target, mostServed(routing), region)}`
  );
}

/** The version that the alias names gets nothing: whoever puts all traffic on it breaks what works. */
function heldBack(target: Target, routing: Routing, region: string): string {
  const served = mostServed(routing);
  return (
    `${describeHeldBack(target, routing)}; ` +
    'aws lambda get-provisioned-concurrency-config says which. Let the move end, or put the alias on version ' +
    `${served}, which gets the traffic: ${repairCommand(target, served, region)}`
  );
}

function toFail({ target, mark }: Unfinished, url: string, region: string): string {
  return (
    `${targetName(target)}: ${rollout(mark, url)} ended at ${mark.weight} % and left the alias so; ` +
    `on-unfinished is fail. ${remedies(target, mark, region)}`
  );
}

function notKnown(
  { target, mark }: Unfinished,
  { url, problem }: RunStatus & { readonly type: 'unknown' },
  region: string,
): string {
  return (
    `${targetName(target)} stands at ${mark.weight} %, left by ${rollout(mark, url)}, and whether that ` +
    `run has ended is not known: ${problem} Look at it; if it has ended, set on-unfinished to what is to be ` +
    `done, or put the alias back: ${repairCommand(target, mark.stable, region)}`
  );
}

function remedies(target: Target, mark: Mark, region: string): string {
  return (
    'Set on-unfinished to revert or resume, or put the alias back: ' +
    repairCommand(target, mark.stable, region)
  );
}

function resumeProblems(unfinished: readonly Unfinished[], own: RolloutId): readonly string[] {
  return unfinished.flatMap(({ target, mark }) =>
    mark.plan === own.plan
      ? []
      : [
          `${targetName(target)}: the unfinished rollout of version ${mark.canary} had another plan, so it ` +
            'cannot be resumed. Run with the steps and bake-time it had, or set on-unfinished: revert.',
        ],
  );
}

function recovering(
  { target, mark }: Unfinished,
  run: RunStatus,
  { action }: UnfinishedPolicy,
): string {
  const found = `${targetName(target)}: ${rollout(mark, run.url)} did not end by itself and left ${mark.weight} % on it`;
  const doubt =
    run.type === 'unknown' ? ` (whether that run has ended is not known: ${run.problem})` : '';
  return action === 'resume'
    ? `${found}${doubt}. It is resumed at step ${mark.step}.`
    : `${found}${doubt}. Version ${mark.stable} is put back before this rollout begins.`;
}

function leftOver(target: Target, routing: Routing, url: string): string {
  return (
    `${targetName(target)} serves ${describeRouting(routing)} and still carries the mark of a rollout that did ` +
    `not end by itself: ${url}. Nobody watched its end; this run goes on from what it serves now.`
  );
}

/** When what is taken over began, the earliest of it; nothing where nothing is. Epoch milliseconds, by the time of day. */
export function begunAtOf(unfinished: readonly Unfinished[]): number | undefined {
  const times = unfinished.map(({ mark }) => mark.begunAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * Where a resumed rollout goes on: at the step of the target that got least far. One without a mark was
 * not moved yet.
 */
export function resumeStep(targets: readonly Target[], unfinished: readonly Unfinished[]): number {
  const steps = targets.map(
    (target) => unfinished.find((each) => sameTarget(each.target, target))?.mark.step ?? 1,
  );
  return Math.min(...steps) - 1;
}

/** Whether it is in the middle of its traffic. A promotion whose last bake was cut off stands, and may do so for days. */
export function isInTraffic(
  unfinished: readonly Unfinished[],
  found: readonly { readonly routing: Routing }[],
): boolean {
  return (
    unfinished.some(({ mark }) => mark.weight < 100) ||
    (unfinished.length > 0 && found.some(({ routing }) => isSplit(routing)))
  );
}
