import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { machineTime, type Exchange, type ServerTime } from './time/server-time.ts';

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

export type Respond = (
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
) => Promise<void>;

export interface ServerOptions {
  /** A free one when left out. */
  readonly port?: number;
  readonly time?: ServerTime;
}

/** Serves HTTP on the loopback interface. */
export async function listen(
  respond: Respond,
  { port = 0, time = machineTime }: ServerOptions = {},
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    const exchange = time.begin(request, response);
    respond(request, response, exchange)
      .catch((error: unknown) => {
        // Not a refusal but a defect of the double or of a test's rule, unless the caller hung up.
        if (!request.readableAborted) console.error(error);
        request.socket.destroy();
      })
      .finally(() => {
        exchange.end();
      });
  });
  // Node's 5 s would close a connection under the hands of a client that was kept waiting for the processor.
  server.keepAliveTimeout = 60_000;
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

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
