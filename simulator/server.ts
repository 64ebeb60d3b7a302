import type { IncomingMessage, ServerResponse } from 'node:http';

import { bodyOf, listen, type RunningServer } from './loopback.ts';
import type { Simulator } from './simulator.ts';
import type { WireReply } from './wire/wire.ts';

export type { RunningServer } from './loopback.ts';

/** Serves a simulator on the loopback interface. */
export function startServer(
  simulator: Simulator,
  { port = 0 }: { readonly port?: number } = {},
): Promise<RunningServer> {
  return listen((request, response) => respond(simulator, request, response), port);
}

async function respond(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const wire = {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: await bodyOf(request),
  };
  const { reply, fault } = simulator.handle(wire);
  switch (fault?.type) {
    case 'hang':
      return;
    case 'late':
      await fault.until;
      finish(request, response, simulator.handle(wire).reply);
      return;
    case 'delay':
      setTimeout(() => {
        finish(request, response, reply);
      }, fault.ms);
      return;
    default:
      finish(request, response, reply);
  }
}

function finish(
  request: IncomingMessage,
  response: ServerResponse,
  reply: WireReply | undefined,
): void {
  if (reply === undefined) request.socket.destroy();
  else response.writeHead(reply.status, reply.headers).end(reply.body);
}
