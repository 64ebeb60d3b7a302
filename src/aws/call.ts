import type { Intent } from '../core/permissions.ts';
import { remedyOfDenial } from '../core/denial.ts';
import { remedyOfCodeRefusal } from '../core/versions/code-refusal.ts';
import {
  ASSUME_ROLE_FAILED,
  codeOf,
  EXPIRED,
  isSkewed,
  isThrottled,
  NO_CREDENTIALS,
  statusOf,
  troubleOf,
  tookNoEffect,
} from './failures.ts';
import type { Urgency } from './queue.ts';
import { lineIn } from './reply.ts';

/** What a call is for; enough to tell a person which permission is missing. */
export interface CallIntent extends Intent {
  /** The names of refusals of this call that pass by themselves, so that it is tried again. */
  readonly passing?: readonly string[];
}

/** How a call is made; what is left out is that of a read which nobody cuts short. */
export interface CallOptions {
  /** The call settles at once when it is aborted, whatever is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly urgency?: Urgency | undefined;
  /**
   * How long it is tried, in milliseconds from its first request on: the turn of other calls before it does
   * not count. Left out: what suits the urgency.
   */
  readonly patienceMs?: number | undefined;
  /**
   * Called whenever it changes how many requests of this call are unanswered: sent, and with no answer that says that
   * they took no effect. Also an aborted call may have sent some, or none.
   */
  readonly onUnanswered?: ((requests: number) => void) | undefined;
  /** Whether it is sent once only: who reads again soon need not insist. */
  readonly once?: boolean | undefined;
}

/** An AWS call that did not succeed. `name` is AWS's own error name; `cause` the SDK's error. */
export class AwsCallError extends Error {
  /** How many requests were sent. */
  readonly attempts: number;
  /** How many of them may have taken effect, for all that is known: no answer says that they did not. */
  readonly unanswered: number;
  /** Absent when no reply came to the last one. */
  readonly status: number | undefined;

  constructor(message: string, failure: Failure, cause: unknown) {
    super(message, { cause });
    this.name = failure.name;
    this.attempts = failure.attempts;
    this.unanswered = failure.unanswered;
    this.status = failure.status;
  }

  /** AWS refused what was asked: asking again would not help. */
  get refused(): boolean {
    return (
      this.status !== undefined && this.status >= 400 && this.status < 500 && !isThrottled(this)
    );
  }
}

/** The requests that a call sent, so far. */
export interface Sent {
  readonly attempts: number;
  readonly unanswered: number;
}

interface Failure extends Sent {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/**
 * What becomes of an answer. What cannot be understood is a failed call too.
 * @throws {AwsCallError} for whatever `act` throws
 * @throws the signal's reason when it was aborted
 */
export async function understood<T>(
  intent: Intent,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    signal?.throwIfAborted();
    throw explain(intent, cause, { attempts: 1, unanswered: tookNoEffect(cause) ? 0 : 1 });
  }
}

/** Whether AWS knows nothing of that name. */
export function isNotFound(error: unknown): boolean {
  return error instanceof AwsCallError && error.name === 'ResourceNotFoundException';
}

// By name and never by class: AWS answers with names that the SDK's model does not have, and
// CloudWatch spells several of them in two ways.
const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);
const UNKNOWN_CREDENTIALS = new Set([
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** The error of a call in words, with what is to be done about it where that is known. */
export function explain({ action, resource }: Intent, cause: unknown, sent: Sent): AwsCallError {
  if (cause instanceof AwsCallError) return cause;
  const details = read(cause, sent);
  const { name, message } = details;
  const failure = (text: string) => new AwsCallError(text, details, cause);
  const ofCode = action === 'lambda:UpdateFunctionCode' ? remedyOfCodeRefusal(name, message) : '';
  if (ofCode !== '')
    return failure(`${action} on ${resource} failed: ${name}: ${message} ${ofCode}`);
  if (DENIED.has(name)) {
    const remedy = remedyOfDenial({ action, resource }, message);
    return failure(`${action} is not allowed. ${remedy} AWS says: ${message}`);
  }
  if (EXPIRED.has(name)) {
    return failure(
      `${action} failed: the AWS credentials have expired (${name}). Let the session last longer than the rollout ` +
        '(role-duration-seconds of aws-actions/configure-aws-credentials), or let this action assume the ' +
        'role itself and renew the session (role-to-assume).',
    );
  }
  if (name === ASSUME_ROLE_FAILED) return failure(`${action} failed: ${message}`);
  if (isSkewed(details)) {
    return failure(
      `${action} failed: the clock of this runner is wrong, by what AWS says (${name}: ${message}). Set it, and keep it set ` +
        '(chrony, or the time service of its host): AWS takes no request that is signed more than five minutes off.',
    );
  }
  if (UNKNOWN_CREDENTIALS.has(name)) {
    return failure(
      `${action} failed: AWS does not accept the credentials (${name}: ${message}). Check the access key, its secret and, of a ` +
        'temporary one, the session token: they may be mistyped, deleted, or of another partition. Better have no keys: ' +
        'set role-to-assume, or role-to-assume of aws-actions/configure-aws-credentials.',
    );
  }
  if (name === NO_CREDENTIALS) {
    return failure(
      `${action} failed: there are no AWS credentials. Set role-to-assume, or run ` +
        `aws-actions/configure-aws-credentials in an earlier step of this job. (${message})`,
    );
  }
  const remedy = remedyOf(cause);
  return failure(
    `${action} on ${resource} failed: ${name}: ${message}${remedy === '' ? '' : ` ${remedy}`}`,
  );
}

const CODE_STORAGE = 'CodeStorageExceededException';

/** What helps where AWS's own words leave a person alone; empty where they do not. */
function remedyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  if (cause.name === CODE_STORAGE) {
    return (
      "The versions of all functions fill the account's storage for code in this region. Delete old ones (aws lambda " +
      'delete-function --function-name … --qualifier …, never one that an alias serves), or ask AWS for a higher quota.'
    );
  }
  switch (troubleOf(cause)) {
    case 'no such host':
      return (
        'There is no such host: check the region for a mistyped name, and on a runner of your own DNS and the proxy ' +
        '(HTTPS_PROXY, NO_PROXY).'
      );
    case 'untrusted':
      return (
        'What answered is not known to be AWS: where a proxy or firewall opens TLS connections, name the file with its ' +
        'certificate in NODE_EXTRA_CA_CERTS (env of the job).'
      );
    case 'unreachable':
      return (
        'AWS cannot be reached from this runner: check the network, firewall and VPC endpoints, and the proxy ' +
        '(HTTPS_PROXY, NO_PROXY).'
      );
    case undefined:
      return '';
  }
}

function read(cause: unknown, sent: Sent): Failure {
  if (!(cause instanceof Error)) {
    return { ...sent, name: 'Error', message: firstLine(String(cause)), status: undefined };
  }
  return {
    ...sent,
    name: lineIn(cause.name),
    // A refused connection is an AggregateError without a message: its code says what happened. Further
    // lines are the SDK's hints for who debugs it.
    message: [firstLine(cause.message), codeOf(cause), 'no details'].find(Boolean) ?? '',
    status: statusOf(cause),
  };
}

function firstLine(text: string): string {
  return lineIn(text.split('\n', 1).join());
}
