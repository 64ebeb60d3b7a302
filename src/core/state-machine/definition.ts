import { NOTHING_MOVED } from '../rollout/state.ts';
import { jsonata, literal, SAID, type Asl } from './language.ts';
import { REVERT } from './revert.ts';
import { WATCHING } from './watching.ts';

/** With each change that an input of before would not fit, or that must not be missing, another number. */
export const VERSION = 1;

/** What the definition says of itself; by this the action knows whether a machine is its own. */
export const COMMENT = `Lambda Canary, state machine ${VERSION}`;

/** How an execution ended, as the name of its error: whoever looks at the executions sees it there. */
export const ENDED = {
  reverted: 'LambdaCanary.Reverted',
  'revert-failed': 'LambdaCanary.RevertFailed',
  failed: 'LambdaCanary.Failed',
} as const;

const REPAIRS = 'repair';

/** Which rollouts began cannot be told: the mark on the alias alone tells what is to be put back. */
const UNKNOWN_BEGUN = [-1];

const unknownTargets = `[$map($states.input.targets, function($x) { $merge([$x, { 'begun': ${literal(UNKNOWN_BEGUN)}, 'past': [], 'put': false, 'fate': '' }]) })]`;

/**
 * The state machine that carries a rollout, in Amazon States Language: one for all plans, the plan is its input
 * ({@link MachineInput}). The rollout is the one branch of a Parallel, because only tasks, maps and parallels can catch: whatever breaks in
 * there, an expression of a Choice included, leads to the revert.
 */
export function stateMachine(): Asl {
  return {
    Comment: COMMENT,
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: {
          mark: jsonata('$states.input.mark'),
          steps: jsonata('$states.input.steps'),
          everyone: jsonata(unknownTargets),
          repairs: jsonata(
            `$exists($states.input.mode) ? $states.input.mode = '${REPAIRS}' : false`,
          ),
          because: 'the execution ended before the rollout did',
        },
        Next: 'What is to be done',
      },
      'What is to be done': {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$repairs'), Next: 'Reverting' }],
        Default: 'Rollout',
      },
      Rollout: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Checking', States: WATCHING }],
        Assign: {
          everyone: jsonata('$states.result[0].targets'),
          because: jsonata('$states.result[0].reason'),
        },
        Output: jsonata('$states.result[0]'),
        Next: 'Rolled out',
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: { because: jsonata(`'the state machine failed: ' & ${SAID}`) },
            Next: 'Reverting',
          },
        ],
      },
      'Rolled out': {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$states.input.passed'), Next: 'Promoted' }],
        Default: 'Reverting',
      },
      Reverting: {
        ...REVERT,
        Assign: { everyone: jsonata('[$states.result]') },
        Output: {},
        Next: 'Reverted by all',
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: {
              because: jsonata(
                `$because & '. The revert failed: ' & ${SAID} & '. ' & $join([$everyone.repair], ' ; ')`,
              ),
            },
            Next: 'Revert failed',
          },
        ],
      },
      'Reverted by all': {
        Type: 'Choice',
        Choices: [
          {
            Condition: jsonata(`'failed' in [$everyone.fate]`),
            Assign: {
              because: jsonata(
                `$because & '. ' & $join([$everyone[fate = 'failed'].(name & ' could not be put back: ' & said & '. Repair the alias with: ' & repair)], '. ')`,
              ),
            },
            Next: 'Revert failed',
          },
          {
            Condition: jsonata(`'foreign' in [$everyone.fate]`),
            Assign: {
              because: jsonata(
                `$because & '. ' & $join([$everyone[fate = 'foreign'].name], ', ') & ' was left as somebody else moved it'`,
              ),
            },
            Next: 'Failed',
          },
          {
            Condition: jsonata(`$count($everyone[fate != 'untouched']) = 0`),
            Assign: { because: jsonata(`$because & '. ${NOTHING_MOVED}'`) },
            Next: 'Failed',
          },
        ],
        Default: 'Reverted',
      },
      Promoted: {
        Type: 'Succeed',
        Output: jsonata(
          `{ 'outcome': 'promoted', 'targets': [$everyone.{ 'name': name, 'serves': canary }] }`,
        ),
      },
      Reverted: { Type: 'Fail', Error: ENDED.reverted, Cause: jsonata('$because') },
      'Revert failed': { Type: 'Fail', Error: ENDED['revert-failed'], Cause: jsonata('$because') },
      Failed: { Type: 'Fail', Error: ENDED.failed, Cause: jsonata('$because') },
    },
  };
}

/** As it is delivered. */
export function definitionText(): string {
  return `${JSON.stringify(stateMachine(), null, 1)}\n`;
}
