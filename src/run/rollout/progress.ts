import type { Mark } from '../../core/alias/mark.ts';
import { longestBakeMs, type Plan } from '../../core/rollout/plan.ts';
import type { AnalysisConfig } from '../../inputs/config.ts';
import { targetReport, versionsOf } from '../../core/alias/target.ts';
import type { Cleared } from '../versions/cleared.ts';
import type { Prepared } from '../versions/publish.ts';
import { boundsOf } from '../rollout/bounds.ts';
import type { Surroundings } from '../surroundings.ts';

// What log and report are told of a job as it gets to know it.

/** The steps, at the head of the log. */
export function recordPlan(
  { clock, journal }: Surroundings,
  plan: Plan,
  analysis: AnalysisConfig,
): void {
  const longestMs = longestBakeMs({ ...boundsOf(analysis), ...plan });
  journal.record({ type: 'plan', at: clock.timeOfDay(), plan, longestMs });
}

/** Where the rollout stands, and who began it. */
export function recordPosition(
  { clock, journal, runs }: Surroundings,
  rollout: Pick<Mark, 'repository' | 'startedBy' | 'weight' | 'step'>,
): void {
  const { repository, startedBy: runId, weight, step } = rollout;
  const startedBy = runs.url({ repository, runId });
  journal.record({ type: 'position', at: clock.timeOfDay(), weight, step, startedBy });
}

/** What is known of the targets by now; it replaces what was known before. */
export function recordTargets(
  { aws, clock, journal }: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
  targets: readonly ReturnType<typeof targetReport>[],
): void {
  journal.record({ type: 'targets', at: clock.timeOfDay(), region: aws.region, targets });
}

/** A target as preflight found it: nothing is published or decided yet. */
export function clearedReport({ request: { target, version }, facts, alias }: Cleared) {
  return targetReport(target, {
    functionArn: facts.candidate.functionArn,
    aliasArn: alias?.arn ?? '',
    previousVersion: facts.routing?.version ?? '',
    version: version ?? '',
  });
}

/** A target whose versions are known, with what becomes of it. */
export function preparedReport({ target, functionArn, alias, disposition }: Prepared) {
  return targetReport(target, {
    functionArn,
    aliasArn: alias.arn,
    disposition: disposition.type,
    ...versionsOf(disposition),
  });
}
