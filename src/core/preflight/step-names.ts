import { formatWeight } from '../rollout/weight.ts';
import type { Step } from '../rollout/plan.ts';

export interface NumberedStep extends Step {
  /** Counts from 1. */
  readonly number: number;
}

/** `step 1 (5 %)`, `steps 1 to 9 (10 % to 90 %)`; a plan may have a hundred of them. */
export function nameSteps(steps: readonly NumberedStep[]): string {
  const runs: NumberedStep[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run?.at(-1)?.number === step.number - 1) run.push(step);
    else runs.push([step]);
  }
  return join(runs.map(nameRun));
}

function nameRun(run: readonly NumberedStep[]): string {
  const ends = run.length === 1 ? run : [...run.slice(0, 1), ...run.slice(-1)];
  const between = run.length === 2 ? ' and ' : ' to ';
  const numbers = ends.map(({ number }) => number).join(between);
  const weights = ends.map(({ weight }) => formatWeight(weight)).join(between);
  return `${run.length === 1 ? 'step' : 'steps'} ${numbers} (${weights})`;
}

/** `a, b and c`, each once. */
export function join(words: readonly string[]): string {
  const different = [...new Set(words)];
  const last = different.slice(-1);
  return [different.slice(0, -1).join(', '), ...last].filter((part) => part !== '').join(' and ');
}
