import type { Service } from './faults.ts';
import type { Refused, WireReply } from './wire.ts';
import { xml } from './xml.ts';

export type QueryService = 'sts' | 'cloudformation';

const NAMESPACES: Readonly<Record<QueryService, string>> = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  cloudformation: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
};
const RequestId = '00000000-0000-0000-0000-000000000000';

export function isQueryService(service: Service): service is QueryService {
  return service in NAMESPACES;
}

/** The query protocol answers in XML, whose root is named after the operation. */
export function querySuccess(
  service: QueryService,
  operation: string,
  status: number,
  body: unknown,
): WireReply {
  const result = { [`${operation}Result`]: body, ResponseMetadata: { RequestId } };
  return reply(service, status, `${operation}Response`, result);
}

export function queryRefusal(service: QueryService, { status, name, message }: Refused): WireReply {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = { Type: type, Code: name, Message: message };
  return reply(service, status, 'ErrorResponse', { Error: error, RequestId });
}

function reply(service: QueryService, status: number, root: string, content: unknown): WireReply {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<${root} xmlns="${NAMESPACES[service]}">${xml(content)}</${root}>`,
  };
}
