import type { Service } from './faults.ts';
import type { WireReply, WireRequest } from './wire.ts';

export function success(service: Service, status: number, body: unknown): WireReply {
  const nothing = service === 'lambda' ? '' : '{}';
  return {
    status,
    headers: {
      'content-type': service === 'cloudwatch' ? 'application/x-amz-json-1.0' : 'application/json',
    },
    body: body === undefined ? nothing : JSON.stringify(body),
  };
}

interface Refused {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** CloudWatch has two names for an error: a code in a header, and the shape in the body. */
const SHAPES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidFormat: 'InvalidFormatFault',
  Throttling: 'ThrottlingException',
  ValidationError: 'ValidationException',
};

/** AWS spells the member in both ways, depending on the error. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'AccessDeniedException']);

export function refusal(service: Service, error: Refused): WireReply {
  const { status, name, message, retryAfterSeconds } = error;
  const member = CAPITAL_MESSAGE.has(name) ? 'Message' : 'message';
  const sender = status < 500;
  const [kind, named] =
    service === 'cloudwatch'
      ? [
          { __type: SHAPES[name] ?? name },
          { 'x-amzn-query-error': `${name};${sender ? 'Sender' : 'Receiver'}` },
        ]
      : [{ Type: sender ? 'User' : 'Service' }, { 'x-amzn-errortype': name }];
  const { headers, body } = success(service, status, { ...kind, [member]: message });
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, headers: { ...headers, ...named, ...wait }, body, error: name };
}

export function notSimulated({ method, url, headers }: WireRequest): WireReply {
  const what = headers['x-amz-target'] ?? `${method} ${url}`;
  return refusal('lambda', {
    status: 404,
    name: 'NotSimulated',
    message: `The simulator does not know ${what}`,
  });
}
