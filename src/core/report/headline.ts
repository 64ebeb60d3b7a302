import { targetName } from '../alias/target.ts';
import type { Report } from './report.ts';

/** A rollback is the promotion of versions that are older than those that were live. */
export function promotedAs(targets: Report['targets']): 'Promoted' | 'Rolled back' {
  const shifting = targets.filter(({ disposition }) => disposition === 'shift');
  const isOlder = shifting.every(
    ({ version, previousVersion }) => Number(version) < Number(previousVersion),
  );
  return shifting.length > 0 && isOlder ? 'Rolled back' : 'Promoted';
}

/** What happened in a region, in one sentence. */
export function headlineOfOne(report: Report): string {
  const { outcome, reason, targets, askedFor } = report;
  const shifting = targets.filter(({ disposition }) => disposition === 'shift');
  const names = list(targets.map(targetName));
  const now = list(
    targets.map((target) => `${targetName(target)} serves version ${target.version}`),
  );
  switch (outcome) {
    case 'promoted':
      return `${promotedAs(targets)}: ${now}`;
    case 'reverted':
      return `Reverted ${list(shifting.map(({ previousVersion, ...target }) => `${targetName(target)} to version ${previousVersion}`))} ${reason}`;
    case 'revert-failed':
      return `Revert failed: ${list(shifting.map((target) => `${targetName(target)} may still send traffic to version ${target.version}`))}. Reverting ${reason}`;
    case 'held':
      return `Held ${list(shifting.map(targetName))} ${reason}`;
    case 'started':
      return askedFor
        ? `Started: AWS moves ${list(shifting.map(targetName))}. ${reason}`
        : `Out of sight: ${list(shifting.map(targetName))}. ${reason}`;
    case 'unchanged':
      return `Unchanged: ${now} already`;
    case 'created':
      return `Created: ${now}; there was nothing to shift from`;
    case 'status':
      return reason;
    case 'planned':
      return `Planned: ${names}; nothing was written${reason === '' ? '' : `. ${reason}`}`;
    case 'failed':
      return shifting.length === 0
        ? `Failed before any traffic was moved by this run: ${reason}`
        : `Failed: ${reason}`;
  }
}

const MOST_NAMED = 5;

function list(items: readonly string[]): string {
  const more = items.length - MOST_NAMED;
  return more > 1 ? `${items.slice(0, MOST_NAMED).join(', ')} and ${more} more` : items.join(', ');
}
