import type { Shifting } from '../../core/alias/shifting.ts';
import type { Course } from '../../core/rollout/plan.ts';
import { isFinal, type State } from '../../core/rollout/state.ts';
import { accountOf } from '../../core/text/arn.ts';
import type { SavedTarget } from '../../github/saved.ts';
import type { Config } from '../../inputs/config.ts';
import { forget, type Surroundings } from '../surroundings.ts';

/** Runs before the command that the state leads to: what is to be written is saved first. */
export function keepForPost(
  state: State,
  { shifting, course }: { readonly shifting: readonly Shifting[]; readonly course: Course },
  { region, role }: Pick<Config, 'region' | 'role'>,
  surroundings: Pick<Surroundings, 'keep' | 'journal'>,
): void {
  if (state.phase === 'shifting' || (state.phase === 'checking' && state.standing !== undefined)) {
    const last = state.phase === 'shifting' ? state.step : (state.standing ?? 0);
    const weights = course.steps.slice(0, last + 1).map(({ weight }) => weight);
    const targets = shifting.map(
      ({ target, versions: { stable, canary }, nonces, begun }): SavedTarget => ({
        target,
        versions: { stable, canary },
        nonces,
        begun: [...begun, ...weights],
      }),
    );
    const account = accountOf(shifting[0]?.alias.arn ?? '');
    surroundings.keep.save({ region, role, account, targets });
  } else if (isFinal(state) && state.phase !== 'revert-failed') {
    forget(surroundings);
  }
}
