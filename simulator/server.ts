import type { IncomingMessage, ServerResponse } from 'node:http';

import { bodyOf, listen, type RunningServer, type ServerOptions } from './loopback.ts';
import type { Served } from './regions.ts';
import { machineTime, type Exchange, type ServerTime } from './time/server-time.ts';
import type { WireReply } from './wire/wire.ts';

export type { RunningServer } from './loopback.ts';

/** Serves a simulator, or those of several regions, on the loopback interface. */
export function startServer(
  simulator: Served,
  { port = 0, time = machineTime }: ServerOptions = {},
): Promise<RunningServer> {
  const respond = createResponder(simulator, time);
  return listen(respond, { port, time });
}

function createResponder(simulator: Served, time: ServerTime) {
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
    const timed = (reply: WireReply | undefined) => ({ reply, now: simulator.now() });
    const { reply, fault } = simulator.handle(wire);
    await exchange.signalsHandled();
    switch (fault?.type) {
      case 'hang':
        return;
      case 'late':
        await exchange.waitFor(fault.until);
        finish(request, response, timed(simulator.handle(wire).reply));
        return;
      case 'delay':
        await exchange.waitFor(time.sleep(fault.ms));
        finish(request, response, timed(reply));
        return;
      default:
        finish(request, response, timed(reply));
    }
  };
}

function finish(request: IncomingMessage, response: ServerResponse, answer: Timed): void {
  const { reply, now } = answer;
  // As every AWS does: by its own clock, which need not be the machine's.
  const date = new Date(now).toUTCString();
  if (reply === undefined) request.socket.destroy();
  else response.writeHead(reply.status, { date, ...reply.headers }).end(reply.body);
}

interface Timed {
  readonly reply: WireReply | undefined;
  readonly now: number;
}
