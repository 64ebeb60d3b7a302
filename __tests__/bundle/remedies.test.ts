import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateFunction } from '../../simulator/lambda/functions.ts';
import type { Fault } from '../../simulator/wire/faults.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';

const pem = (name: string) => readFileSync(new URL(`./tls/${name}.pem`, import.meta.url));

describe('what to do about it is said by the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const fail = (fault: Fault, operation?: string) => {
    world.simulator.faults.add((request) =>
      operation === undefined || request.operation === operation ? fault : undefined,
    );
  };
  const refused = (status: number, name: string, message: string): Fault => ({
    type: 'error',
    status,
    name,
    message,
  });

  /** Why it failed, with nothing written. */
  const reason = async (inputs: Inputs = {}, environment: Record<string, string> = {}) => {
    const result = await world.run(inputs, { environment });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.exitCode).toBe(1);
    expect(world.writes().filter((write) => !write.includes(': '))).toEqual([]);
    return result.outputs['reason'] ?? '';
  };

  it('when the name of an alarm is misspelt: the one that was probably meant', async () => {
    world.simulator.alarms.putLogAlarm('checkout-latency');
    const said = await reason({ alarms: 'errors, chekout-latency' });
    expect(said).toContain(
      'CloudWatch returned no alarm named chekout-latency. Did you mean checkout-latency?',
    );
    expect(said).toContain('Check the name, the region and the account');
  });

  it('when the host of AWS is not found: the region, DNS and the proxy', async () => {
    // No host can have so long a name: whatever this machine asks about names, it does not ask about this one.
    const nowhere = `http://lambda.${'x'.repeat(64)}.example.invalid`;
    const said = await reason({}, { AWS_ENDPOINT_URL: nowhere });
    expect(said).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(said).toContain('There is no such host: check the region for a mistyped name');
    expect(said).toContain('(HTTPS_PROXY, NO_PROXY)');
  });

  it('when the connection is refused: network, firewall and proxy', async () => {
    const said = await reason({}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    expect(said).toContain('ECONNREFUSED');
    expect(said).toContain('AWS cannot be reached from this runner: check the network, firewall');
  });

  describe('behind something that opens TLS', () => {
    let stranger: Server;
    beforeEach(async () => {
      stranger = createServer({ key: pem('key'), cert: pem('certificate') });
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => {
      stranger.closeAllConnections();
      stranger.close();
    });

    it('its certificate, and where to name it', async () => {
      const { port } = stranger.address() as AddressInfo;
      const said = await reason({}, { AWS_ENDPOINT_URL: `https://127.0.0.1:${port}` });
      expect(said).toContain('self-signed certificate');
      expect(said).toContain('name the file with its certificate in NODE_EXTRA_CA_CERTS');
    });
  });

  it.each([
    [403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
    [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    [
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key.',
    ],
    [
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key.',
    ],
  ])(
    'when the keys are wrong (%s %s): which, and that none are better',
    async (status, name, message) => {
      fail(refused(status, name, message));
      const said = await reason();
      expect(said).toContain(`AWS does not accept the credentials (${name}: ${message})`);
      expect(said).toContain('Check the access key, its secret');
      expect(said).toContain('set role-to-assume');
      expect(said).not.toContain('clock');
    },
  );

  it.each([
    [403, 'ExpiredTokenException'],
    [403, 'ExpiredToken'],
  ])('when the session is over (%s %s): how it lasts longer', async (status, name) => {
    fail(refused(status, name, 'The security token included in the request is expired'));
    const said = await reason();
    expect(said).toContain('the AWS credentials have expired');
    expect(said).toContain('role-duration-seconds of aws-actions/configure-aws-credentials');
  });

  it.each([
    [
      'InvalidSignatureException',
      'Signature expired: 20261123T140020Z is now earlier than 20261123T143520Z (20261123T144020Z - 5 min.)',
    ],
    [
      'SignatureDoesNotMatch',
      'Signature not yet current: 20261123T150020Z is still later than 20261123T140520Z',
    ],
    [
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ],
  ])('when the clock is wrong (%s): the clock, and not the keys', async (name, message) => {
    fail(refused(403, name, message));
    const said = await reason();
    expect(said).toContain('the clock of this runner is wrong, by what AWS says');
    expect(said).not.toContain('Check the access key');
  });

  it('when code storage is full: which versions may go', async () => {
    fail(
      refused(400, 'CodeStorageExceededException', 'Code storage limit exceeded.'),
      'PublishVersion',
    );
    const said = await reason();
    expect(said).toContain('Code storage limit exceeded.');
    expect(said).toContain('Delete old ones (aws lambda delete-function');
    expect(said).toContain('never one that an alias serves');
  });

  it('when a file is not there: that the repository must be checked out', async () => {
    const said = await reason({ 'smoke-test-payload': 'test/events/ping.json' });
    expect(said).toContain('"test/events/ping.json" is not JSON, nor a file that can be read');
    expect(said).toContain('does actions/checkout run before this step?');
  });

  it('for inputs and for AWS in one round', async () => {
    updateFunction(world.simulator.lambda, 'checkout', {
      role: 'arn:aws:iam::123456789012:role/other',
    });
    const said = await reason({ steps: '10% 5', 'bake-time': '5', alarms: 'erors' });
    const places = said.split('\n').map((problem) => problem.split(':')[0]);
    expect(places).toEqual(['steps', 'bake-time', 'checkout', 'alarms']);
    expect(said).toContain('Did you mean errors?');
    expect(said).toContain('Lambda refuses to split an alias between them');
  });
});
