import type { Service } from './faults.ts';
import { isQueryService, queryRefusal, querySuccess, type QueryService } from './query-replies.ts';
import type { Refused, WireReply, WireRequest } from './wire.ts';

type JsonService = Exclude<Service, QueryService>;

export function success(
  { service, operation }: { readonly service: Service; readonly operation: string },
  status: number,
  body: unknown,
): WireReply {
  return isQueryService(service)
    ? querySuccess(service, operation, status, body)
    : jsonReply(service, status, body);
}

const CONTENT_TYPES: Readonly<Record<JsonService, string>> = {
  lambda: 'application/json',
  cloudwatch: 'application/x-amz-json-1.0',
  logs: 'application/x-amz-json-1.1',
  states: 'application/x-amz-json-1.0',
  tagging: 'application/x-amz-json-1.1',
};

function jsonReply(service: JsonService, status: number, body: unknown): WireReply {
  const nothing = service === 'lambda' ? '' : '{}';
  return {
    status,
    headers: {
      'content-type': CONTENT_TYPES[service],
    },
    body: body === undefined ? nothing : JSON.stringify(body),
  };
}

/** CloudWatch has two names for an error: a code in a header, and the shape in the body. */
const SHAPES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  InvalidFormat: 'InvalidFormatFault',
  Throttling: 'ThrottlingException',
  ValidationError: 'ValidationException',
};

/** AWS spells the member in both ways, depending on the error. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'AccessDeniedException']);

export function refusal(service: Service, error: Refused): WireReply {
  const { status, name, retryAfterSeconds } = error;
  const { headers, body } = isQueryService(service)
    ? queryRefusal(service, error)
    : jsonRefusal(service, error);
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, headers: { ...headers, ...wait }, body, error: name };
}

function jsonRefusal(service: JsonService, { status, name, message }: Refused): WireReply {
  const member = CAPITAL_MESSAGE.has(name) ? 'Message' : 'message';
  const sender = status < 500;
  const [kind, named] =
    service === 'logs' || service === 'states' || service === 'tagging'
      ? [{ __type: name }, {}]
      : service === 'cloudwatch'
        ? [
            { __type: SHAPES[name] ?? name },
            { 'x-amzn-query-error': `${name};${sender ? 'Sender' : 'Receiver'}` },
          ]
        : [{ Type: sender ? 'User' : 'Service' }, { 'x-amzn-errortype': name }];
  const reply = jsonReply(service, status, { ...kind, [member]: message });
  return { ...reply, headers: { ...reply.headers, ...named } };
}

export function notSimulated(
  service: Service,
  { method, url, headers, body }: WireRequest,
): WireReply {
  const action = isQueryService(service) ? new URLSearchParams(body).get('Action') : null;
  const what = action ?? headers['x-amz-target'] ?? `${method} ${url}`;
  return refusal(service, {
    status: 404,
    name: 'NotSimulated',
    message: `The simulator does not know ${what}`,
  });
}
