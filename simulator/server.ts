import type { IncomingMessage, ServerResponse } from 'node:http';

import { bodyOf, listen, type RunningServer, type ServerOptions } from './loopback.ts';
import type { Simulator } from './simulator.ts';
import { machineTime, type Exchange, type ServerTime } from './time/server-time.ts';
import type { WireReply } from './wire/wire.ts';

export type { RunningServer } from './loopback.ts';

/** Serves a simulator on the loopback interface. */
export function startServer(
  simulator: Simulator,
  { port = 0, time = machineTime }: ServerOptions = {},
): Promise<RunningServer> {
  const respond = createResponder(simulator, time);
  return listen(respond, { port, time });
}

function createResponder(simulator: Simulator, time: ServerTime) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    exchange: Exchange,
  ): Promise<void> => {
    const wire = {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: await bodyOf(request),
    };
    const { reply, fault } = simulator.handle(wire);
    await exchange.signalsHandled();
    switch (fault?.type) {
      case 'hang':
        return;
      case 'late':
        await exchange.waitFor(fault.until);
        finish(request, response, simulator.handle(wire).reply);
        return;
      case 'delay':
        await exchange.waitFor(time.sleep(fault.ms));
        finish(request, response, reply);
        return;
      default:
        finish(request, response, reply);
    }
  };
}

function finish(
  request: IncomingMessage,
  response: ServerResponse,
  reply: WireReply | undefined,
): void {
  if (reply === undefined) request.socket.destroy();
  else response.writeHead(reply.status, reply.headers).end(reply.body);
}
