import type { Intent } from '../core/permissions.ts';
import { withAnyQualifier } from '../core/text/arn.ts';
import { ASSUME_ROLE_FAILED } from './credentials.ts';
import { lineIn } from './reply.ts';

/** An AWS call that did not succeed. `name` is AWS's own error name; `cause` the SDK's error. */
export class AwsCallError extends Error {
  /** How many requests were sent. With more than one, an earlier one may have taken effect. */
  readonly attempts: number;
  /** Absent when no reply came. */
  readonly status: number | undefined;

  constructor(message: string, failure: Failure, cause: unknown) {
    super(message, { cause });
    this.name = failure.name;
    this.attempts = failure.attempts;
    this.status = failure.status;
  }

  /** AWS refused what was asked: asking again would not help. */
  get refused(): boolean {
    return this.status !== undefined && this.status >= 400 && this.status < 500 && !this.throttled;
  }

  private get throttled(): boolean {
    return this.status === 429 || /^(Throttl|TooManyRequests)/.test(this.name);
  }
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly attempts: number;
  readonly status: number | undefined;
}

/**
 * Sends a request and says in words what went wrong if it failed.
 * @throws {AwsCallError} when AWS refused or could not be reached
 * @throws the signal's reason when the call was aborted
 */
export async function call<T>(
  intent: Intent,
  signal: AbortSignal | undefined,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await send(signal === undefined ? {} : { abortSignal: signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw explain(intent, cause);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof AwsCallError && error.name === 'ResourceNotFoundException';
}

// By name and never by class: AWS answers with names that the SDK's model does not have, and
// CloudWatch spells several of them in two ways.
const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);
const UNKNOWN_CREDENTIALS = new Set([
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

function explain({ action, resource }: Intent, cause: unknown): AwsCallError {
  const details = read(cause);
  const { name, message } = details;
  const failure = (text: string) => new AwsCallError(text, details, cause);
  if (DENIED.has(name)) {
    // AWS knows the account where a function is given by its name alone.
    const named = withAnyQualifier(/on resource: (arn:[^\s"]+)/.exec(message)?.[1] ?? resource);
    return failure(
      `${action} is not allowed. Add the action "${action}" on the resource "${named}" to the IAM ` +
        `policy of the role this job runs as. AWS says: ${message}`,
    );
  }
  if (EXPIRED.has(name)) {
    return failure(
      `${action} failed: the AWS credentials have expired (${name}). Let the session last longer than the rollout ` +
        '(role-duration-seconds of aws-actions/configure-aws-credentials), or let this action assume the ' +
        'role itself and renew the session (role-to-assume).',
    );
  }
  if (name === ASSUME_ROLE_FAILED) return failure(`${action} failed: ${message}`);
  if (UNKNOWN_CREDENTIALS.has(name)) {
    return failure(`${action} failed: AWS does not accept the credentials (${name}: ${message})`);
  }
  if (name === 'CredentialsProviderError') {
    return failure(
      `${action} failed: there are no AWS credentials. Set role-to-assume, or run ` +
        `aws-actions/configure-aws-credentials in an earlier step of this job. (${message})`,
    );
  }
  return failure(`${action} on ${resource} failed: ${name}: ${message}`);
}

function read(cause: unknown): Failure {
  if (!(cause instanceof Error)) {
    return { name: 'Error', message: firstLine(String(cause)), attempts: 1, status: undefined };
  }
  const { attempts, httpStatusCode } = metadataOf(cause);
  return {
    name: lineIn(cause.name),
    // A refused connection is an AggregateError without a message: its code says what happened. Further
    // lines are the SDK's hints for who debugs it.
    message: [firstLine(cause.message), codeOf(cause), 'no details'].find(Boolean) ?? '',
    attempts: attempts ?? 1,
    status: httpStatusCode,
  };
}

function firstLine(text: string): string {
  return lineIn(text.split('\n', 1).join());
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The SDK hangs this on errors of every kind, its own and those of the socket. */
function metadataOf(error: Error): { attempts?: number; httpStatusCode?: number } {
  return '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
    ? error.$metadata
    : {};
}
