import { repairCommand } from '../alias/repair.ts';
import { notBack, versions } from './heading.ts';
import { endedForeign, type Report } from './report.ts';

/** What is to be done now: one sentence, and the commands for it if there are any. */
export interface NextStep {
  readonly text: string;
  readonly commands: readonly string[];
}

/** The one thing to do in a region. */
export function nextStepOfOne(report: Report): NextStep | undefined {
  const { outcome, targets, region } = report;
  const shifting = targets.filter(({ disposition }) => disposition === 'shift');
  const many = shifting.length > 1;
  switch (outcome) {
    case 'reverted':
      return nothing(`${many ? 'The aliases are' : 'The alias is'} safe, nothing to do now.`);
    case 'promoted':
      return report.undecided
        ? nothing(
            'There were too few requests to tell whether it is any worse: watch it for a while. To go back to ' +
              `${versions(shifting, 'previousVersion', 'the versions of before')}, set mode: rollback.`,
          )
        : nothing('Nothing to do.');
    case 'revert-failed':
      return {
        text: `Put ${many ? 'each alias' : 'the alias'} back by hand, now:`,
        commands: shifting.map((target) =>
          repairCommand(
            { ...target, functionId: target.functionName },
            target.previousVersion,
            region,
          ),
        ),
      };
    case 'held':
      return nothing('Go on with mode: step or mode: promote, or put it back with mode: revert.');
    case 'started':
      return nothing(
        report.askedFor
          ? 'Nothing to do: AWS watches it and ends it. mode: status tells where it stands, mode: revert puts it back. Before its first weight, stop its execution instead: nothing shows on the alias yet.'
          : 'See how it stands: mode: status tells it, and mode: revert puts it back.',
      );
    case 'failed':
      if (report.askedFor) {
        return nothing(`${notBack(shifting)}: the reason says why, and what can be done.`);
      }
      return nothing(
        endedForeign(report)
          ? 'Find out who moved the alias: it was left as it is.'
          : 'Nothing was moved, users are served as before. Mend the reason, and run it again.',
      );
    case 'created':
      return nothing('There was nothing to shift from. See that whoever is to call it does.');
    case 'planned':
    case 'unchanged':
    case 'status':
      return undefined;
  }
}

function nothing(text: string): NextStep {
  return { text, commands: [] };
}
