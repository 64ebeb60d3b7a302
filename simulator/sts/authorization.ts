import { AwsError } from '../wire/aws-error.ts';
import type { Service } from '../wire/faults.ts';
import type { Sessions } from './sessions.ts';
import type { WireRequest } from '../wire/wire.ts';

/** AWS spells the same refusal in two ways; STS is asked without a signature. */
const EXPIRED: Readonly<Record<Exclude<Service, 'sts'>, string>> = {
  lambda: 'ExpiredTokenException',
  cloudwatch: 'ExpiredToken',
  logs: 'ExpiredToken',
  states: 'ExpiredTokenException',
  tagging: 'ExpiredTokenException',
  cloudformation: 'ExpiredToken',
};

/** The refusal of a request that was signed in a session that is over; nothing otherwise. */
export function expiredSession(
  sessions: Sessions,
  service: Service,
  { headers }: WireRequest,
): AwsError | undefined {
  const accessKeyId = /\bCredential=([^/,\s]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? '';
  if (service === 'sts' || !sessions.hasExpired(accessKeyId)) return undefined;
  return new AwsError(
    403,
    EXPIRED[service],
    'The security token included in the request is expired',
  );
}
