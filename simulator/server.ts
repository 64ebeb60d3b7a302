import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Simulator } from './simulator.ts';
import type { WireReply } from './wire.ts';

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a simulator on the loopback interface. */
export async function startServer(
  simulator: Simulator,
  { port = 0 }: { readonly port?: number } = {},
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    respond(simulator, request, response).catch((error: unknown) => {
      // Not a refusal but a defect of the simulator or of a test's rule, unless the caller hung up.
      if (!request.readableAborted) console.error(error);
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
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

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
