import type { Call } from './route.ts';
import { AwsError } from '../wire/aws-error.ts';
import { refused } from '../wire/refusals.ts';

/** What an invocation comes to. */
export interface InvocationReply {
  readonly payload: unknown;
  /** `Unhandled`, say; left out when the function returned. */
  readonly functionError?: string;
  /** Left out: a start, an end and a report. */
  readonly log?: string;
  /** Left out: the one that was asked for. */
  readonly executedVersion?: string;
}

/** Runs no code: the version's behaviour says what it answers, `null` when it says nothing. */
export function invoke({ lambda, name, qualifier, payload }: Call) {
  const { version, state, configuration } = lambda.getFunction(name, qualifier);
  if (state !== 'Active') throw refused(`The function is in state ${state}`);
  const { behaviour } = configuration;
  const reply: InvocationReply = behaviour.respond?.(eventIn(payload)) ?? { payload: null };
  const log = reply.log ?? reportOf(behaviour.durationMs);
  return {
    body: reply.payload,
    headers: {
      'x-amz-executed-version': reply.executedVersion ?? version,
      'x-amz-log-result': Buffer.from(log).toString('base64'),
      ...(reply.functionError === undefined ? {} : { 'x-amz-function-error': reply.functionError }),
    },
  };
}

/** Lambda hands an empty payload on as nothing. */
function eventIn(payload: string): unknown {
  if (payload === '') return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    throw new AwsError(
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json',
    );
  }
}

const ID = '5f3b1b9e-0000-4000-8000-000000000000';

function reportOf(durationMs: number): string {
  return (
    `START RequestId: ${ID} Version: 1\nEND RequestId: ${ID}\n` +
    `REPORT RequestId: ${ID}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\n`
  );
}
