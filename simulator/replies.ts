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

/** AWS spells the member in both ways, depending on the error. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'AccessDeniedException']);

export function refusal(service: Service, error: Refused): WireReply {
  const { status, name, message, retryAfterSeconds } = error;
  const member = CAPITAL_MESSAGE.has(name) ? 'Message' : 'message';
  const who = status < 500 ? 'Sender' : 'Receiver';
  const kind =
    service === 'cloudwatch' ? { __type: name } : { Type: status < 500 ? 'User' : 'Service' };
  const reply = success(service, status, { ...kind, [member]: message });
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'x-amzn-errortype': name,
      ...(service === 'cloudwatch' ? { 'x-amzn-query-error': `${name};${who}` } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}

export function notSimulated({ method, url, headers }: WireRequest): WireReply {
  const what = headers['x-amz-target'] ?? `${method} ${url}`;
  return refusal('lambda', {
    status: 404,
    name: 'NotSimulated',
    message: `The simulator does not know ${what}`,
  });
}
