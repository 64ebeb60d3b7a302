import { NOTHING_MOVED } from '../rollout/state.ts';
import { UNTRIED } from './alias.ts';
import { caught, jsonata, SAID, type Asl } from './language.ts';
import {
  CONFIRMED_REASON,
  LOOK_AGAIN,
  MAY_BE_CONFIRMED,
  SEE,
  TIDY,
  WAS_CONFIRMED,
} from './repair.ts';
import { REVERT } from './revert.ts';
import { WATCHING } from './watching.ts';

/** With each change that an input of before would not fit, or that must not be missing, another number. */
export const VERSION = 1;

/** What the definition says of itself; by this the action knows whether a machine is its own. */
export const COMMENT = `Lambda Canary, state machine ${VERSION}`;

/** How the errors begin that the machine, or whoever stopped it for a reason, ends with: nothing is left to be put back but by those that say so. */
export const OWN_ERRORS = 'LambdaCanary.';

/** How an execution ended, as the name of its error: whoever looks at the executions sees it there. */
export const ENDED = {
  reverted: `${OWN_ERRORS}Reverted`,
  'revert-failed': `${OWN_ERRORS}RevertFailed`,
  failed: `${OWN_ERRORS}Failed`,
  /** Another execution carries the rollout on. */
  'taken over': `${OWN_ERRORS}TakenOver`,
} as const;

/** The mode of an execution that puts back what another one left, and does nothing else. */
export const REPAIRS = 'repair';

/** The event of EventBridge that says how the execution of a rollout ended is given for it to be repaired: the input stands in it as text. */
const ENDED_ONE = '$states.input.detail';
const REPAIRED = `$merge([$parse(${ENDED_ONE}.input), { 'mode': '${REPAIRS}' }])`;

/**
 * As they are put back when nothing is known of the rollout but what it was given: which weights were begun cannot be told. What an earlier
 * part began is known.
 */
const UNKNOWN_TARGETS = `[$map($states.input.targets, function($x) { $merge([$x, ${UNTRIED}, {
  'begun': [$append([-1], $x.begun)], 'past': [], 'put': false, 'unanswered': false
}]) })]`;

const ARE_TAKEN = `'taken' in [$everyone.fate]`;

/**
 * The state machine that carries a rollout, in Amazon States Language: one for all plans, the plan is its input
 * ({@link MachineInput}). The rollout is the one branch of a Parallel, because only tasks, maps and parallels can catch: whatever breaks in
 * there, an expression of a Choice included, leads to the revert.
 */
export function stateMachine(): Asl {
  return {
    Comment: COMMENT,
    QueryLanguage: 'JSONata',
    StartAt: 'What is given',
    States: {
      'What is given': {
        Type: 'Choice',
        Choices: [
          { Condition: jsonata(`$not($exists(${ENDED_ONE}.executionArn))`), Next: 'Begin' },
          {
            Condition: jsonata(`$type(${ENDED_ONE}.input) = 'string'`),
            Output: jsonata(REPAIRED),
            Next: 'Begin',
          },
        ],
        // AWS leaves the input out of an event that would be too long with it.
        Default: 'Nothing to repair by',
      },
      'Nothing to repair by': {
        Type: 'Fail',
        Error: ENDED['revert-failed'],
        Cause: jsonata(
          `'The event of the end of ' & ${ENDED_ONE}.executionArn & ' has no input to repair by: run the action with mode: revert'`,
        ),
      },
      Begin: {
        Type: 'Pass',
        Assign: {
          mark: jsonata('$states.input.mark'),
          steps: jsonata('$states.input.steps'),
          origin: jsonata('$states.input.origin'),
          everyone: jsonata(UNKNOWN_TARGETS),
          repairs: jsonata(
            `$exists($states.input.mode) ? $states.input.mode = '${REPAIRS}' : false`,
          ),
          because: 'the execution ended before the rollout did',
          looks: 0,
        },
        Next: 'What is to be done',
      },
      'What is to be done': {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$repairs'), Next: 'Seeing what is left' }],
        Default: 'Rollout',
      },
      'Seeing what is left': {
        ...SEE,
        Assign: { everyone: jsonata('[$states.result]') },
        Output: {},
        Next: 'What is left',
        ...caught('Reverting', {}),
      },
      'What is left': {
        Type: 'Choice',
        Choices: [
          { Condition: jsonata(ARE_TAKEN), Next: 'Taken over by the next part' },
          {
            Condition: jsonata(WAS_CONFIRMED),
            Assign: { because: jsonata(CONFIRMED_REASON) },
            Next: 'Tidying up',
          },
          { Condition: jsonata(MAY_BE_CONFIRMED), Next: 'Not all was seen' },
        ],
        Default: 'Reverting',
      },
      'Not all was seen': { ...LOOK_AGAIN, Next: 'Seeing what is left' },
      'Tidying up': { ...TIDY, Output: {}, Next: 'Failed', ...caught('Failed', {}) },
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
        Choices: [
          { Condition: jsonata(`$states.input.as = 'promoted'`), Next: 'Promoted' },
          {
            Condition: jsonata(`$states.input.as = 'taken over'`),
            Next: 'Taken over by the next part',
          },
        ],
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
          { Condition: jsonata(ARE_TAKEN), Next: 'Taken over by the next part' },
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
          {
            Condition: jsonata(`$count($everyone[fate != 'back']) = 0`),
            Assign: {
              because: jsonata(
                `$because & '. There was nothing to put back: no alias carries its mark, and each serves its old version alone'`,
              ),
            },
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
      'Taken over by the next part': {
        Type: 'Fail',
        Error: ENDED['taken over'],
        Cause: jsonata(`$because & '. Nothing was touched of what another execution carries on'`),
      },
      Failed: { Type: 'Fail', Error: ENDED.failed, Cause: jsonata('$because') },
    },
  };
}

/** As it is delivered. */
export function definitionText(): string {
  return `${JSON.stringify(stateMachine(), null, 1)}\n`;
}
