import type { Mutant } from './mutant.ts';

/** What was judged is kept as sums; only new minutes are read, and those that may still change. */
export const OF_FLAT_COST: readonly Mutant[] = [
  {
    name: 'a minute that is corrected within the horizon keeps its first counts',
    file: 'src/core/checks/ledger.ts',
    from: 'export const HORIZON_MS = 18 * MINUTE_MS;',
    to: 'export const HORIZON_MS = MINUTE_MS;',
  },
  {
    name: 'minutes are never closed, so that all are read again each time',
    file: 'src/core/checks/ledger.ts',
    from: 'beginningOfMinute(scope.at.timeOfDay - HORIZON_MS)',
    to: '-Infinity',
  },
  {
    name: 'what was closed by a clock that was ahead is believed',
    file: 'src/core/checks/ledger.ts',
    from: 'return wasSetBack ?',
    to: 'return wasSetBack && last.to < 0 ?',
  },
  {
    name: 'a step ends with metrics that were read before the end of its bake',
    file: 'src/core/checks/ledger.ts',
    from: 'if (isOver && last.at.steady < end) return true;',
    to: '',
  },
  {
    name: 'metrics are read at every poll',
    file: 'src/core/checks/ledger.ts',
    from: 'return to - last.to >= (isOver ? 1 : everyMinutes) * MINUTE_MS;',
    to: 'return true;',
  },
  {
    name: 'of the minutes that cannot decide alone only the last is remembered',
    file: 'src/core/statistics/betting.ts',
    from: 'return [...all.filter((other) => !isCoveredBy(other, stakes)), stakes];',
    to: 'return [stakes];',
  },
  {
    name: 'the requests of a step are forgotten when its minutes are closed',
    file: 'src/core/checks/counted.ts',
    from: 'counted.inStep.step === step ? counted.inStep',
    to: 'counted.inStep.step > step ? counted.inStep',
  },
  {
    name: 'every state of a bake is kept',
    file: 'src/run/journal.ts',
    from: 'if (isSameBake(state, entry.state)) return;',
    to: '',
  },
  {
    name: 'the new version is judged by a metric of all versions, unasked',
    file: 'src/inputs/metric-checks.ts',
    from: 'if (isAskedFor || unnamed === undefined) return;',
    to: 'if (isAskedFor || unnamed?.name !== undefined) return;',
  },
  {
    name: 'failures in the logs are closed while a line of their request may still come',
    file: 'src/core/log-lane/account.ts',
    from: 'windowBegin(settledTo - LONGEST_REQUEST_MS, entering.weights)',
    to: 'windowBegin(settledTo, entering.weights)',
  },
  {
    name: 'lines of the logs are kept for the whole rollout',
    file: 'src/core/log-lane/account.ts',
    from: 'if (to === undefined || to <= account.enteredTo) return account;',
    to: 'if (to !== undefined) return account;',
  },
  {
    name: 'a failure in the logs that was closed counts again',
    file: 'src/core/log-lane/account.ts',
    from: 'at >= Math.max(begin, account.enteredTo)',
    to: 'at >= begin',
  },
];
