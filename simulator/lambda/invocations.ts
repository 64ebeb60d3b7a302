import { functionNamed } from './functions.ts';
import type { Call } from './route.ts';
import type { InvocationReply } from './state.ts';
import { AwsError } from '../wire/aws-error.ts';
import { members, type Members } from '../wire/members.ts';
import { refused } from '../wire/refusals.ts';

/** Runs no code: the version's behaviour says what it answers, `null` when it says nothing. */
export function invoke({ lambda, name, qualifier, payload, body }: Call) {
  const asked = qualifier ?? '$LATEST';
  const { version: named, state, configuration } = lambda.getFunction(name, asked);
  if (state !== 'Active') throw refused(`The function is in state ${state}`);
  checkTenant(configuration.settings, body['TenantId']);
  const event = eventIn(payload);
  if (body['InvocationType'] === 'DryRun') return { status: 204, body: undefined };
  const carriedOut = lambda.carryOut?.({
    found: functionNamed(lambda, name),
    qualifier: asked,
    event,
  });
  const version = carriedOut?.version.version ?? named;
  const behaviour = carriedOut?.behaviour ?? configuration.behaviour;
  // Nobody waits for these, so nobody is told how they end.
  if (body['InvocationType'] === 'Event') return { status: 202, body: undefined };
  const reply: InvocationReply =
    behaviour.respond?.(event) ?? (carriedOut?.failed === true ? FAILED : { payload: null });
  const log = reply.log ?? reportOf(behaviour.durationMs);
  return {
    body: reply.payload,
    headers: {
      'x-amz-executed-version': reply.executedVersion ?? version,
      ...(body['LogType'] === 'Tail'
        ? { 'x-amz-log-result': Buffer.from(log).toString('base64') }
        : {}),
      ...(reply.functionError === undefined ? {} : { 'x-amz-function-error': reply.functionError }),
    },
  };
}

const FAILED: InvocationReply = {
  payload: { errorType: 'Error', errorMessage: 'on purpose' },
  functionError: 'Unhandled',
};

/** That AWS refuses it is inferred from the documentation; its words are not known. */
function checkTenant(settings: Members, tenantId: unknown): void {
  const isolated = members(settings['TenancyConfig'])?.['TenantIsolationMode'] === 'PER_TENANT';
  if (isolated && tenantId === undefined) {
    throw refused('The function has tenant isolation: TenantId must be given');
  }
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
