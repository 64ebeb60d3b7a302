import { sameRollout, type Mark, type RolloutId } from './mark.ts';
import type { Plan, Step } from '../rollout/plan.ts';
import type { Beginning } from '../rollout/state.ts';
import { describeRouting } from './routing.ts';
import { describeHeldBack, standingOf } from './ownership.ts';
import { reversibleIn } from './reversible.ts';
import { sameTarget, targetName, type Target } from './target.ts';
import type { Found, Unfinished } from './unfinished.ts';

export interface ContinuationOptions {
  readonly mode: 'step' | 'promote';
  readonly found: readonly Found[];
  /** The job that is to go on. */
  readonly own: RolloutId;
  /** The version that was named for a target, if any. */
  readonly versionFor: (target: Target) => string | undefined;
  readonly urlOf: (mark: Mark) => string;
  /** Whether the run of a mark, by its nonce, is known to have ended. */
  readonly hasEnded: (nonce: string) => boolean;
}

/** What another job left for this one to go on with. */
export interface Continuation {
  /** The targets of the rollout; the others have no part in it. */
  readonly held: readonly Unfinished[];
  /** Each says what the alias shows and which mode would fit. */
  readonly problems: readonly string[];
}

/**
 * Whether the rollout that the aliases show may be gone on with: it is held, by the same workflow, for the same
 * plan, and all of its targets stand at the same step.
 */
export function continuationOf(options: ContinuationOptions): Continuation {
  const { found, hasEnded } = options;
  const held = found.flatMap(({ target, ...alias }) => {
    const standing = standingOf(alias, hasEnded);
    return standing.type === 'moved' ? [{ target, mark: standing.mark }] : [];
  });
  const problems = [
    ...found.flatMap((alias) => foreign(alias)),
    ...held.flatMap((each) => misfits(each, options)),
    ...disagreement(held),
    ...absent(held, options),
  ];
  if (problems.length > 0 || held.length > 0) return { held, problems };
  return { held, problems: found.map(nothingToGoOnWith) };
}

function nothingToGoOnWith({ target, routing }: Found): string {
  return (
    `${targetName(target)} serves ${describeRouting(routing)}: there is no rollout to go on with. ` +
    'mode: start begins one, and mode: rollout does all of it.'
  );
}

function foreign({ target, ...alias }: Found): readonly string[] {
  const standing = standingOf(alias, () => false);
  if (standing.type !== 'foreign') return [];
  const reversible = reversibleIn(alias, () => false);
  const advice =
    reversible.type === 'reversible'
      ? `mode: revert puts version ${reversible.versions.stable} back.`
      : `${describeHeldBack(target, alias.routing)}: wait for the end of that.`;
  // Since when its checks are to be judged, the mark alone tells: without it, nobody may continue.
  const wiped =
    standing.mark === undefined
      ? ' If it was held, another tool wiped the mark off its description. Terraform leaves it alone with ' +
        'lifecycle { ignore_changes = [description, function_version, routing_config] }.'
      : '';
  return [
    `${targetName(target)} is split, but not as a rollout of this action left it: ` +
      `${describeRouting(standing.routing)}. Somebody else is moving it, or did.${wiped} ${advice}`,
  ];
}

function misfits(
  { target, mark }: Unfinished,
  { mode, own, versionFor, urlOf }: ContinuationOptions,
): readonly string[] {
  const name = targetName(target);
  const url = urlOf(mark);
  const back = `mode: revert puts version ${mark.stable} back.`;
  if (mark.weight >= 100) {
    return [
      `${name} is promoted to version ${mark.canary}: ${url} did that, and its last bake goes on or was cut off. ` +
        `There is no step left. ${back}`,
    ];
  }
  if (!mark.held) {
    return [
      `${name} is at ${mark.weight} % (step ${mark.step}), and that step is not over: ${url} is at it, or did ` +
        `not live to its end. Wait for it; if it is dead, mode: rollout and mode: start recover as on-unfinished ` +
        `says. ${back}`,
    ];
  }
  const version = versionFor(target);
  return [
    ...(mark.workflow === own.workflow && mark.repository === own.repository
      ? []
      : [
          `${name} is held for another workflow: ${url}. Only the same file on the same ref may go on. ${back}`,
        ]),
    ...(mode === 'step' && mark.plan !== own.plan
      ? [
          `${name} is held in another plan than this one: give the steps and the bake-time that ${url} had, or ` +
            `mode: promote. ${back}`,
        ]
      : []),
    ...(version === undefined || version === mark.canary
      ? []
      : [
          `${name} is held in the rollout of version ${mark.canary}, not of version ${version}. Leave the input ` +
            `version out. ${back}`,
        ]),
  ];
}

/** They move together: one that is elsewhere was left so by a job that did not live to its end, or by a person. */
function disagreement([first, ...others]: readonly Unfinished[]): readonly string[] {
  if (first === undefined) return [];
  return others.flatMap(({ target, mark }) =>
    sameRollout(mark, first.mark) && mark.step === first.mark.step
      ? []
      : [
          `${targetName(target)} (step ${mark.step}, version ${mark.canary}) and ${targetName(first.target)} ` +
            `(step ${first.mark.step}, version ${first.mark.canary}) are not in the same place of one rollout, ` +
            'so they cannot go on together. mode: revert puts the old versions back.',
        ],
  );
}

/** Of functions that were found by searching: whoever went on without some of them would leave these split, and nobody watching. */
function absent(held: readonly Unfinished[], { urlOf }: ContinuationOptions): readonly string[] {
  const [first] = held;
  const missing = missingOf(held);
  return first === undefined || missing === 0
    ? []
    : [
        `The rollout that ${urlOf(first.mark)} began moves ${first.mark.targets ?? 0} functions, and only ${held.length} of them are found ` +
          'in it: a tag was taken away, a function deleted, or an alias moved by hand. Name in function-name those that are ' +
          'missing as well (the summary and the output report of the job that began it have them), or put the old versions back ' +
          'with mode: revert, which needs all of them, too.',
      ];
}

/** How many targets of the rollout that the first one is in are not among these. */
export function missingOf(held: readonly Unfinished[]): number {
  const [first] = held;
  if (first === undefined) return 0;
  const present = held.filter(({ mark }) => sameRollout(mark, first.mark)).length;
  return Math.max(0, (first.mark.targets ?? 0) - present);
}

/** The part of the plan that is left to this job. */
export interface Part {
  readonly plan: Plan;
  /** Index of the step after whose bake the rollout is left for another job. */
  readonly holdAfter: number | undefined;
  readonly beginning: Beginning;
}

/** All that is left. @param standing the step that a dead run left in force, which is taken once more */
export function wholePart(plan: Plan, step: number, standing: number | undefined): Part {
  return { plan, holdAfter: undefined, beginning: { step, standing } };
}

/** The first step, and no more. */
export function firstPart(plan: Plan, step: number, standing: number | undefined): Part {
  return { plan, holdAfter: holdAfter(plan, step), beginning: { step, standing } };
}

/**
 * What is left: the next step, or the promotion after the step that the rollout has reached.
 * @param samePlan whether the rollout was begun with this very plan
 */
export function nextPart(
  mode: 'step' | 'promote',
  { plan, samePlan }: { readonly plan: Plan; readonly samePlan: boolean },
  { step, weight }: Pick<Mark, 'step' | 'weight'>,
): Part {
  if (mode === 'step') {
    return { plan, holdAfter: holdAfter(plan, step), beginning: { step, standing: step - 1 } };
  }
  const bakeMs = plan.steps[0]?.bakeMs ?? 0;
  const reached = samePlan ? plan.steps.slice(0, step) : [{ weight, bakeMs }];
  return {
    plan: { steps: [...reached, ...plan.steps.slice(-1)] },
    holdAfter: undefined,
    beginning: { step: reached.length, standing: reached.length - 1 },
  };
}

/** The promotion is not held: there is nothing after it. */
function holdAfter({ steps }: Plan, step: number): number | undefined {
  return step < steps.length - 1 ? step : undefined;
}

/** The steps that this process takes itself. */
export function stepsIn({ plan, holdAfter, beginning }: Part): readonly Step[] {
  return plan.steps.slice(beginning.step, (holdAfter ?? plan.steps.length) + 1);
}

/** The targets that take part, each with what was asked for it. */
export function partaking<T extends { readonly target: Target }>(
  requests: readonly T[],
  held: readonly Unfinished[],
): readonly T[] {
  return requests.filter(({ target }) => held.some((each) => sameTarget(each.target, target)));
}
