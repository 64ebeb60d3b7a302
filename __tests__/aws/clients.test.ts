import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { connect, createClients, USUAL, type Connection } from '../../src/aws/clients.ts';

const command = new GetAliasCommand({ FunctionName: 'checkout', Name: 'live' });

describe('what clients talk through', () => {
  let server: Server;
  let connections: number;
  let answers: boolean;
  beforeEach(async () => {
    [connections, answers] = [0, true];
    server = createServer((_, response) => {
      if (answers) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const clientOver = (connection: Connection) =>
    new LambdaClient({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
      ...connect(connection),
    });

  it('is one connection for request after request', async () => {
    const client = clientOver(USUAL);
    for (let request = 0; request < 3; request++) await client.send(command);
    expect(connections).toBe(1);
  });

  it('is a new connection for each request where none is kept', async () => {
    const client = clientOver({ ...USUAL, kept: false });
    for (let request = 0; request < 3; request++) await client.send(command);
    expect(connections).toBe(3);
  });

  it('gives up a request that is not answered in the time that it may take', async () => {
    answers = false;
    const sending = clientOver(USUAL).send(command, { requestTimeout: 50 });
    await expect(sending).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('copies no request or answer for a log that nobody reads', () => {
    const credentials = () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
    const { tagging, ...clients } = createClients({ region: 'eu-west-1', credentials, connect });
    expect(tagging).toBeDefined();
    const usual = new LambdaClient({ region: 'eu-west-1' }).middlewareStack.identify();
    expect(usual.join()).toContain('loggerMiddleware');
    for (const { middlewareStack } of Object.values(clients)) {
      expect(middlewareStack.identify().join()).not.toContain('loggerMiddleware');
    }
  });
});
