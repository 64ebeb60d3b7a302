import type { Shifting } from '../../core/alias/shifting.ts';
import type { Course } from '../../core/rollout/plan.ts';
import { isFinal, type State } from '../../core/rollout/state.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { SavedTarget } from '../../github/saved.ts';
import type { Config } from '../../inputs/config.ts';
import type { Router, Seen } from '../../ports.ts';
import { forget, leavePassed, type Surroundings } from '../surroundings.ts';

interface Kept {
  readonly shifting: readonly Shifting[];
  readonly course: Course;
  /** In the same order. */
  readonly routers: readonly Pick<Router, 'settled' | 'left'>[];
}

/** Runs before the command that the state leads to: what is to be written is saved first. */
export function keepForPost(
  state: State,
  { shifting, course, routers }: Kept,
  { region, role }: Pick<Config, 'region' | 'role'>,
  surroundings: Pick<Surroundings, 'keep' | 'journal' | 'wave'>,
): void {
  const settled = routers.map((router) => router.settled());
  const last = lastBegun(state, course, settled);
  const isOver = state.phase === 'revert-failed' || state.phase === 'promoted';
  if (last !== undefined) {
    const weights = course.steps.slice(0, last + 1).map(({ weight }) => weight);
    const targets = shifting.map(
      ({ target, versions: { stable, canary }, nonces, begun }, index): SavedTarget => ({
        target,
        versions: { stable, canary },
        nonces,
        begun: [...begun, ...weights],
        settledAs: isOver ? settled[index]?.revisionId : undefined,
      }),
    );
    const account = accountIn(shifting[0]?.alias.arn ?? '');
    const saved = { region, role, account, targets };
    if (state.phase === 'promoted' || state.phase === 'held') {
      leavePassed(
        saved,
        surroundings,
        routers.map((router) => router.left()),
      );
    } else surroundings.keep.save(saved);
  } else if (isFinal(state) && state.phase !== 'revert-failed') {
    forget(surroundings);
  }
}

/** Index of the last step that may have been written, where something of it is not saved yet. */
function lastBegun(
  state: State,
  { steps, holdAfter }: Course,
  settled: readonly (Seen | undefined)[],
): number | undefined {
  switch (state.phase) {
    case 'shifting':
      return state.step;
    case 'checking':
      return state.standing;
    case 'promoted':
      return steps.length - 1;
    case 'held':
      return holdAfter ?? steps.length - 1;
    case 'revert-failed':
      return settled.some((seen) => seen !== undefined) ? steps.length - 1 : undefined;
    default:
      return undefined;
  }
}
