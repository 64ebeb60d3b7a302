import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createWorld, type World } from '../fixtures/bundle-world.ts';

const pem = (name: string) => new URL(`./tls/${name}.pem`, import.meta.url);
const tls = { key: readFileSync(pem('key')), cert: readFileSync(pem('certificate')) };

/** A host that nobody can look up: it is reached through the proxy, or not at all. */
const AWS = 'https://aws.example.invalid';

describe('behind a proxy, the bundle', () => {
  let world: World;
  let proxy: Server;
  let tunnels: string[];
  beforeEach(async () => {
    world = await createWorld();
    tunnels = [];
    proxy = createServer((_, response) => {
      response.writeHead(502).end();
    });
    proxy.on('connect', ({ url = '' }, socket: Socket) => {
      tunnels.push(url);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      // What stands at the other end of the tunnel: the simulated AWS, behind TLS.
      const plain = new TLSSocket(socket, { isServer: true, ...tls });
      const aws = connect(Number(new URL(world.url).port), '127.0.0.1');
      plain.on('error', () => aws.destroy()).pipe(aws);
      aws.on('error', () => plain.destroy()).pipe(plain);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await world.close();
  });

  const proxyUrl = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  it('reaches AWS through HTTPS_PROXY', async () => {
    const result = await world.run(
      {},
      {
        environment: {
          AWS_ENDPOINT_URL: AWS,
          HTTPS_PROXY: proxyUrl(),
          NODE_EXTRA_CA_CERTS: fileURLToPath(pem('certificate')),
        },
      },
    );
    expect(result.outputs['outcome']).toBe('promoted');
    expect(new Set(tunnels)).toEqual(new Set(['aws.example.invalid:443']));
  });

  it('goes past the proxy where NO_PROXY says so', async () => {
    const result = await world.run(
      {},
      { environment: { HTTP_PROXY: proxyUrl(), HTTPS_PROXY: proxyUrl(), NO_PROXY: '127.0.0.1' } },
    );
    expect(result.outputs['outcome']).toBe('promoted');
    expect(tunnels).toEqual([]);
  });

  it('fails with a clear error when the proxy refuses, and writes nothing', async () => {
    const result = await world.run({}, { environment: { HTTP_PROXY: proxyUrl() } });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toMatch(/failed: .*(502|proxy|Unknown)/i);
    expect(world.writes()).toEqual([]);
  });
});
