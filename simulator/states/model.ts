import type { Constraint, Model } from '../wire/constraints.ts';

const ARN: Constraint = { type: 'String', min: 1, max: 256 };
const NAME: Constraint = { type: 'String', min: 1, max: 80 };
const DATA: Constraint = { type: 'String', min: 0, max: 262_144 };
const PAGE_SIZE: Constraint = { type: 'Integer', min: 0, max: 1000 };
const TOKEN: Constraint = { type: 'String', min: 1, max: 1024 };

/** From AWS's model of Step Functions. */
export const STATES_MODEL: Model = {
  StartExecution: { stateMachineArn: ARN, name: NAME, input: DATA },
  StopExecution: {
    executionArn: ARN,
    error: { type: 'String', min: 0, max: 256 },
    cause: { type: 'String', min: 0, max: 32_768 },
  },
  DescribeExecution: { executionArn: ARN },
  DescribeStateMachine: { stateMachineArn: ARN },
  ListExecutions: {
    stateMachineArn: ARN,
    statusFilter: {
      type: 'String',
      among: ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'],
    },
    maxResults: PAGE_SIZE,
    nextToken: TOKEN,
  },
  GetExecutionHistory: { executionArn: ARN, maxResults: PAGE_SIZE, nextToken: TOKEN },
};
