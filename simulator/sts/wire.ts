import { AwsError } from '../wire/aws-error.ts';
import type { Sessions } from './sessions.ts';
import type { Handled, WireRequest } from '../wire/wire.ts';

const VERSION = '2011-06-15';
const ROLE =
  /^arn:(?<partition>[\w-]+):iam::(?<account>\d{12}):role\/(?:.+\/)?(?<name>[\w+=,.@-]+)$/;
const SESSION_NAME = '[\\w+=,.@-]*';
const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;
const DEFAULT_SECONDS = 3600;

/** STS and CloudFormation speak the query protocol here. */
export function isQuery({ method, headers }: WireRequest): boolean {
  const type = headers['content-type'] ?? '';
  return method === 'POST' && type.startsWith('application/x-www-form-urlencoded');
}

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function stsOperation(sessions: Sessions, { body }: WireRequest): Handled | undefined {
  const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
  if (Version !== VERSION) return undefined;
  switch (Action) {
    case 'AssumeRole':
    case 'AssumeRoleWithWebIdentity':
      return {
        operation: Action,
        input,
        run: () => ({ status: 200, body: assumeRole(sessions, Action, input) }),
      };
    case 'GetCallerIdentity':
      return { operation: Action, input, run: () => ({ status: 200, body: caller(sessions) }) };
    default:
      return undefined;
  }
}

/** Whoever asks, it is the same one. */
function caller({ account }: Sessions) {
  return { Account: account, Arn: `arn:aws:iam::${account}:root`, UserId: account };
}

function assumeRole(
  sessions: Sessions,
  operation: 'AssumeRole' | 'AssumeRoleWithWebIdentity',
  input: Readonly<Record<string, string>>,
) {
  const roleArn = required(input, 'RoleArn');
  const sessionName = required(input, 'RoleSessionName');
  const webIdentityToken = operation === 'AssumeRole' ? '' : required(input, 'WebIdentityToken');
  checkSessionName(sessionName);
  const durationSeconds = duration(input['DurationSeconds']);
  const role = ROLE.exec(roleArn)?.groups;
  if (role === undefined) throw new AwsError(400, 'ValidationError', 'Request ARN is invalid');

  const session = sessions.assume({ roleArn, sessionName, webIdentityToken, durationSeconds });
  const assumed = `${role['name'] ?? ''}/${sessionName}`;
  return {
    AssumedRoleUser: {
      Arn: `arn:${role['partition'] ?? ''}:sts::${role['account'] ?? ''}:assumed-role/${assumed}`,
      AssumedRoleId: `AROASIMULATEDROLE0000:${sessionName}`,
    },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiration.toISOString().replace('.000Z', 'Z'),
    },
  };
}

function required(input: Readonly<Record<string, string>>, name: string): string {
  const value = input[name];
  if (value === undefined) throw invalid('null', name, 'Member must not be null');
  return value;
}

function checkSessionName(name: string): void {
  const refuse = (constraint: string) => invalid(`'${name}'`, 'RoleSessionName', constraint);
  if (name.length < 2) throw refuse('Member must have length greater than or equal to 2');
  if (name.length > 64) throw refuse('Member must have length less than or equal to 64');
  if (!new RegExp(`^${SESSION_NAME}$`).test(name)) {
    throw refuse(`Member must satisfy regular expression pattern: ${SESSION_NAME}`);
  }
}

function duration(given: string | undefined): number {
  if (given === undefined) return DEFAULT_SECONDS;
  const refuse = (constraint: string) => invalid(`'${given}'`, 'DurationSeconds', constraint);
  const seconds = Number(given);
  if (!(seconds >= SHORTEST_SECONDS)) {
    throw refuse(`Member must have value greater than or equal to ${SHORTEST_SECONDS}`);
  }
  if (seconds > LONGEST_SECONDS) {
    throw refuse(`Member must have value less than or equal to ${LONGEST_SECONDS}`);
  }
  return seconds;
}

/** Worded as Lambda's, under another name. */
function invalid(value: string, member: string, constraint: string): AwsError {
  const named = member.charAt(0).toLowerCase() + member.slice(1);
  return new AwsError(
    400,
    'ValidationError',
    `1 validation error detected: Value ${value} at '${named}' failed to satisfy constraint: ${constraint}`,
  );
}
