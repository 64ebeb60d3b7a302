/** How the errors begin that an execution, or whoever stopped it for a reason, ended with: nothing is left to be put back. */
export const OWN_ERRORS = 'LambdaCanary.';

/**
 * The pattern of the EventBridge rule that starts the same machine once more when an execution ended without any of its states having
 * seen to the alias: a limit of Step Functions, a stop by hand, a definition that cannot go on. The event itself is the new input. One
 * that began so has the event's name in its input, and does not begin another: what cannot be repaired must not go round for ever.
 */
export function repairPattern(machineArn: string): object {
  return {
    source: ['aws.states'],
    'detail-type': [EVENT],
    detail: {
      stateMachineArn: [machineArn],
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      // A stop in the console has no error.
      error: [{ exists: false }, { 'anything-but': { prefix: OWN_ERRORS } }],
      // AWS leaves out what is too long for an event. That there is nothing to put back by should be seen in a failed execution.
      input: [{ exists: false }, { 'anything-but': { wildcard: `*"detail-type":"${EVENT}"*` } }],
    },
  };
}

const EVENT = 'Step Functions Execution Status Change';

/** The rule for who wants to be told: every end but a promotion, and a rollout that goes on in another execution. */
export function tellingPattern(machineArn: string): object {
  return {
    source: ['aws.states'],
    'detail-type': [EVENT],
    detail: {
      stateMachineArn: [machineArn],
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      error: [{ exists: false }, { 'anything-but': TAKEN_OVER }],
    },
  };
}

const TAKEN_OVER = `${OWN_ERRORS}TakenOver`;
