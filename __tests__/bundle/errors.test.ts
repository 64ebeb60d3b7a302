import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { denied } from '../../simulator/wire/faults.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';

describe('what the new version logged, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    world.simulator.faults.after(({ operation }) => {
      if (operation === 'UpdateAlias') world.setAlarm('ALARM', 'five errors');
    });
    world.simulator.onRequest(({ operation, at }) => {
      if (operation !== 'UpdateAlias') return;
      const today = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
      const log = (version: string, message: string) => {
        const stream = `${today}/[${version}]abcdef`;
        world.simulator.logs.put('/aws/lambda/checkout', { stream, at, message });
      };
      log('1', 'ERROR of the old version');
      log('2', 'INFO all is well');
      log('2', 'ERROR no such table: <img src=x> @everybody');
    });
  });
  afterEach(() => world.close());

  it('is counted after a revert, and published nowhere unless it was asked for', async () => {
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.log).not.toContain('no such table');
    expect(result.summary).not.toContain('no such table');
    expect(JSON.stringify(result.outputs)).not.toContain('no such table');
    expect(result.summary).toMatch(
      /checkout version 2: 2 errors of 1 kind\. \[All of them in Logs/,
    );
    expect(result.summary).toContain('error-logs: show prints the lines here');
    expect(result.log).toContain('2 errors of 1 kind; error-logs: show prints the lines here');
  });

  it('is in log and summary with error-logs: show, escaped, with a link to more', async () => {
    const result = await world.run({ 'error-logs': 'show' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.log).toContain('2 × ERROR no such table');
    expect(result.log).not.toContain('ERROR of the old version');
    expect(result.summary).toContain('### What the new version logged');
    expect(result.summary).toContain('ERROR no such table: &#60;img src=x&#62; &#64;everybody');
    expect(result.summary).toContain('logsV2:logs-insights$3FqueryDetail');
    expect(result.summary).toContain('**What users felt:** the new version had traffic for');
  });

  it('is read after the alias is back, and only then', async () => {
    await world.run();
    const operations = world.simulator.requests.map(({ operation }) => operation);
    expect(operations.lastIndexOf('UpdateAlias')).toBeLessThan(
      operations.indexOf('FilterLogEvents'),
    );
    // Where it logs, preflight has seen.
    expect(operations.lastIndexOf('GetFunction')).toBeLessThan(operations.indexOf('UpdateAlias'));
  });

  it('is found in a log group that it shares with other functions', async () => {
    const { lambda, logs } = world.simulator;
    const settings = { LoggingConfig: { LogGroup: '/shop/all' } };
    updateFunction(lambda, 'checkout', { settings });
    world.simulator.onRequest(({ operation, at }) => {
      if (operation !== 'UpdateAlias') return;
      const today = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
      for (const name of ['checkout', 'basket']) {
        const stream = `${today}/${name}[2]abcdef`;
        logs.put('/shop/all', { stream, at, message: `ERROR of ${name}` });
      }
    });
    const result = await world.run({ 'error-logs': 'show' });
    expect(result.log).toContain('ERROR of checkout');
    expect(result.log).not.toContain('ERROR of basket');
  });

  it('is said to be unreadable where it may not be read', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'FilterLogEvents' ? denied('logs:FilterLogEvents', '*') : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.log).toMatch(/could not be read: .*logs:FilterLogEvents/);
    expect(result.summary).toContain('the logs could not be read');
  });

  it('is not waited for when CloudWatch does not answer', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'FilterLogEvents' ? { type: 'hang' } : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.log).toContain('could not be read: no answer within 10 s');
  });
});
