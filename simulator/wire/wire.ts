import { AwsError } from './aws-error.ts';
import { members, type Members } from './members.ts';

/** An HTTP request, without the socket it came on. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** AWS's name of the error that this is; absent for success. */
  readonly error?: string;
}

/** What is told of a refusal, in whatever form the service has for it. */
export interface Refused {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** A request that was understood, before it takes effect. */
export interface Handled {
  readonly operation: string;
  readonly input: unknown;
  /** Takes effect. @throws AwsError when AWS would refuse */
  readonly run: () => {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** The members of a body; none of an empty one. */
export function jsonIn(body: string): Members {
  if (body === '') return {};
  try {
    const found = members(JSON.parse(body));
    if (found !== undefined) return found;
  } catch {
    // Refused below, like JSON of another kind.
  }
  throw new AwsError(400, 'SerializationException', 'The body is not a JSON object');
}
