import type { AnalysisPolicy } from '../checks/analysis-policy.ts';
import type { UnfinishedPolicy } from '../alias/unfinished.ts';
import { MOST_ALARMS, MOST_TARGETS } from './limits.ts';

interface Given {
  readonly mode: AnalysisPolicy['mode'] | 'off';
  readonly given: boolean;
}

/** What of the inputs a state machine may not reach. */
export interface Asked {
  readonly requests: readonly unknown[];
  readonly alarms: readonly unknown[];
  readonly checkCommands: readonly unknown[];
  readonly analysis: Given;
  readonly analysisLogs: Given & { readonly ownPattern: string | undefined };
  readonly compareDuration: Given;
  readonly onUnfinished: UnfinishedPolicy;
  readonly retention: unknown;
  readonly waits: boolean;
}

/** The inputs for a rollout that AWS carries: what it cannot do is off where nobody asked for it. */
export function fittedToAws<T extends Asked>(asked: T): T {
  return {
    ...asked,
    analysisLogs: offUnlessGiven(asked.analysisLogs),
    compareDuration: offUnlessGiven(asked.compareDuration),
  };
}

function offUnlessGiven<T extends Given>(what: T): T {
  return what.given ? what : { ...what, mode: 'off' };
}

/** What a person should know of what is off by itself. */
export function leftOutByAws({
  analysis,
  analysisLogs,
  compareDuration,
}: Asked): readonly string[] {
  return analysis.mode === 'off' || (analysisLogs.given && compareDuration.given)
    ? []
    : [
        'engine: step-functions reads neither logs nor durations: a bad version is reverted by its alarms and by its ' +
          'metrics, which takes 2 to 3 minutes at least',
      ];
}

/** What AWS cannot carry of what was asked for, each with the reason and the way out. */
export function refusalsOf(asked: Asked): readonly string[] {
  const { requests, alarms, analysisLogs, compareDuration, onUnfinished } = asked;
  const { checkCommands, retention, waits } = asked;
  return [
    ...(analysisLogs.mode === 'off'
      ? []
      : [
          'analysis-logs: engine: step-functions reads no logs, as a state machine cannot go through them; set ' +
            'analysis-logs: off, or watch an alarm of a metric filter',
        ]),
    ...(analysisLogs.mode === 'off' && analysisLogs.ownPattern !== undefined
      ? [
          'log-errors: engine: step-functions reads no logs; leave it out, or watch an alarm of a metric filter with ' +
            'this pattern',
        ]
      : []),
    ...(compareDuration.mode === 'off'
      ? []
      : [
          'compare-duration: engine: step-functions compares no durations, as the tests for them are beyond what a ' +
            'state machine computes; set compare-duration: off, or give metric-checks a bound, like p99 Duration < 800 ms',
        ]),
    ...(checkCommands.length > 0
      ? [
          'check-commands: engine: step-functions runs no commands, as the rollout goes on without this job; leave it out, or ' +
            'have what they look at tell a CloudWatch alarm',
        ]
      : []),
    ...(retention !== undefined && !waits
      ? [
          'keep-versions: engine: step-functions deletes no old versions, and with wait: false no job is left that would; leave ' +
            'one of the two out',
        ]
      : []),
    ...tooMany(requests.length),
    ...(alarms.length <= MOST_ALARMS
      ? []
      : [
          `alarms: ${alarms.length} alarms are given, and engine: step-functions has room for ${MOST_ALARMS}, for what one reading ` +
            'may be of; make a composite alarm of some of them',
        ]),
    ...(onUnfinished.action === 'resume'
      ? [
          'on-unfinished: resume: engine: step-functions cannot go on with what a run that ended left, as nobody kept its ' +
            'counts; set on-unfinished: revert',
        ]
      : []),
  ];
}

function tooMany(count: number): readonly string[] {
  return count <= MOST_TARGETS
    ? []
    : [
        `function-name: ${count} functions are given, and engine: step-functions moves at most ${MOST_TARGETS} together, for what an ` +
          'execution may remember; roll out fewer at once, or leave engine out',
      ];
}
