import type { Refused } from '../wire/replies.ts';
import type { WireReply } from '../wire/wire.ts';
import { xml } from '../wire/xml.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const RequestId = '00000000-0000-0000-0000-000000000000';

/** The query protocol answers in XML, whose root is named after the operation. */
export function stsSuccess(operation: string, status: number, body: unknown): WireReply {
  const result = { [`${operation}Result`]: body, ResponseMetadata: { RequestId } };
  return reply(status, `${operation}Response`, result);
}

export function stsRefusal({ status, name, message }: Refused): WireReply {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = { Type: type, Code: name, Message: message };
  return reply(status, 'ErrorResponse', { Error: error, RequestId });
}

function reply(status: number, root: string, content: unknown): WireReply {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<${root} xmlns="${NAMESPACE}">${xml(content)}</${root}>`,
  };
}
