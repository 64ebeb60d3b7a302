import type { AlarmFinding } from '../../core/checks/alarms.ts';
import type { Mark, RolloutId } from '../../core/alias/mark.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import { describeRouting, looksHeldBack, shareOf } from '../../core/alias/routing.ts';
import { describeHeldBack, standingOf, type AliasStanding } from '../../core/alias/ownership.ts';
import { targetName, targetReport } from '../../core/alias/target.ts';
import { PASS } from '../../core/rollout/verdict.ts';
import { linkTo } from '../alias/carrier.ts';
import { findAliases, type FoundAlias } from '../alias/find.ts';
import type { Config } from '../../inputs/config.ts';
import { messageOf } from '../../core/problems.ts';
import { storyOf } from './story.ts';
import { endedPromotions } from './ended.ts';
import { recordPlan, recordPosition, recordTargets } from '../rollout/progress.ts';
import type { Surroundings } from '../surroundings.ts';

/** Reads aliases, marks and alarms, and changes nothing. */
export async function status(
  config: Config,
  { plan }: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const { clock, journal } = surroundings;
  const found = await findAliases(config, surroundings);
  const hasEnded = await endedPromotions(found, config, surroundings);
  const standings = found.map((alias) => standingOf(alias, hasEnded));
  recordTargets(
    surroundings,
    found.map((alias, index) => reportOf(alias, standings[index])),
  );
  const [mark] = standings.flatMap((standing) =>
    standing.type === 'moved' ? [standing.mark] : [],
  );
  if (mark?.plan === plan) recordPlan(surroundings, config.plan, config.analysis);
  const weight = Math.max(0, ...found.map((alias, index) => weightOf(alias, standings[index])));
  if (mark !== undefined) recordPosition(surroundings, { ...mark, weight });
  else {
    journal.record({ type: 'position', at: clock.timeOfDay(), weight, step: 0, startedBy: '' });
  }
  await recordAlarms(config, surroundings);
  const arn = found[0]?.arn ?? '';
  const urlOf = (of: Mark) => linkTo(of, { config, arn }, surroundings);
  if (mark?.carriedBy === 'aws') {
    journal.record({ type: 'carrier', at: clock.timeOfDay(), url: urlOf(mark) });
  }
  const carried =
    mark?.carriedBy === 'aws' ? [await storyOf(mark, { config, arn }, surroundings)] : [];
  return ended(
    'status',
    [...found.map((alias) => describe(alias, standingOf(alias, hasEnded), urlOf)), ...carried].join(
      '\n',
    ),
  );
}

function reportOf({ target, arn, routing }: FoundAlias, standing: AliasStanding | undefined) {
  const aliasArn = arn;
  return standing?.type === 'moved'
    ? targetReport(target, {
        aliasArn,
        previousVersion: standing.mark.stable,
        version: standing.mark.canary,
      })
    : targetReport(target, { aliasArn, version: routing.version });
}

/** Percent that goes to a new version; 0 when nothing is being rolled out. */
function weightOf({ routing }: FoundAlias, standing: AliasStanding | undefined): number {
  switch (standing?.type) {
    case 'moved':
      return shareOf(standing.mark.canary, routing);
    case 'foreign':
      return Math.max(...Object.values(routing.weights));
    default:
      return 0;
  }
}

function describe(
  { target, routing }: FoundAlias,
  standing: AliasStanding,
  urlOf: (mark: Mark) => string,
): string {
  const serves = looksHeldBack(routing)
    ? describeHeldBack(target, routing)
    : `${targetName(target)} serves ${describeRouting(routing)}`;
  switch (standing.type) {
    case 'alone':
      return `${serves}; no rollout`;
    case 'promoted':
      return (
        `${serves}; no rollout: ${urlOf(standing.mark)} promoted it and ended before its last bake was over. Nobody ` +
        'watched its end, and the next rollout takes its mark off'
      );
    case 'foreign':
      return `${serves}; not as a rollout of this action left it`;
    case 'moved': {
      const { step, held, carriedBy } = standing.mark;
      const where = held ? 'held after' : carriedBy === 'aws' ? 'by AWS, in' : 'in, or cut off in,';
      return `${serves}; ${where} step ${step} of a rollout: ${urlOf(standing.mark)}`;
    }
  }
}

async function recordAlarms(
  { alarms }: Config,
  { aws, clock, journal, cancellation }: Surroundings,
): Promise<void> {
  const at = clock.timeOfDay();
  try {
    const names = alarms.map(({ name }) => name);
    const read = await aws.alarms.read(names, cancellation);
    const findings = read.map(({ name, state, reason }): AlarmFinding => ({
      kind: 'alarm',
      at,
      check: name,
      state,
      detail: reason,
      verdict: PASS,
    }));
    journal.record({ type: 'reading', at, verdict: PASS, findings });
  } catch (error) {
    cancellation.throwIfAborted();
    journal.warn(`The alarms could not be read: ${messageOf(error)}`);
  }
}
