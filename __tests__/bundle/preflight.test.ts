import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, putProvisioned, updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { publishVersion, updateFunction } from '../../simulator/lambda/functions.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';

describe('before anything is written, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const change = (configuration: Parameters<typeof updateFunction>[2]) => {
    updateFunction(world.simulator.lambda, 'checkout', configuration);
  };
  const move = (to: Parameters<typeof updateAlias>[3]) => {
    updateAlias(world.simulator.lambda, 'checkout', 'live', to);
  };

  it.each<[string, () => void, string]>([
    [
      'an execution role that differs',
      () => {
        change({ role: 'arn:aws:iam::123456789012:role/other' });
      },
      'runs as arn:aws:iam::123456789012:role/checkout, the new one as arn:aws:iam::123456789012:role/other',
    ],
    [
      'a dead-letter queue that differs',
      () => {
        change({ deadLetterArn: 'arn:aws:sqs:eu-west-1:123456789012:dead' });
      },
      'has no dead-letter queue, the new one has the dead-letter queue arn:aws:sqs',
    ],
    [
      'an alias on $LATEST',
      () => {
        move({ version: '$LATEST' });
      },
      'points to $LATEST',
    ],
    [
      'an alias on $LATEST.PUBLISHED',
      () => {
        getAlias(world.simulator.lambda, 'checkout', 'live').version = '$LATEST.PUBLISHED';
      },
      'points to $LATEST.PUBLISHED',
    ],
    [
      'an alias whose provisioned concurrency could not be moved, with the version to put it on',
      () => {
        const { lambda } = world.simulator;
        publishVersion(lambda, 'checkout');
        putProvisioned(lambda, 'checkout', 'live', 5);
        lambda.provisioningMs = 0;
        lambda.provisioningFailure = 'FUNCTION_ERROR_INIT_FAILURE';
        move({ version: '2' });
      },
      '--function-version 1 ',
    ],
    [
      'an alias that is split',
      () => {
        publishVersion(world.simulator.lambda, 'checkout');
        move({ weights: { '2': 0.05 } });
      },
      'checkout:live is already split: version 1 with 5 % to version 2',
    ],
    [
      'an alarm that is red',
      () => {
        world.setAlarm('ALARM', 'red for days');
      },
      'errors is in ALARM before the rollout (red for days)',
    ],
    [
      'an alarm that does not exist',
      () => {
        world.simulator.alarms.delete('errors');
      },
      'CloudWatch returned no alarm named errors',
    ],
    [
      'an alarm that CloudWatch cannot evaluate',
      () => {
        const alarm = world.simulator.alarms.alarms.get('errors');
        if (alarm !== undefined) alarm.evaluationState = 'EVALUATION_ERROR';
      },
      'EVALUATION_ERROR',
    ],
    [
      'an update that failed',
      () => {
        const timing = world.simulator.lambda.functions.get('checkout')?.timing;
        if (timing !== undefined) timing.failure = 'the image is gone';
        change({ code: 'broken' });
      },
      'its last update failed (FunctionError: the image is gone)',
    ],
  ])('refuses %s', async (_, arrange, problem) => {
    arrange();
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(problem);
    expect(result.exitCode).toBe(1);
    expect(world.writes()).toEqual([]);
  });

  it('refuses code that is not what was asked for', async () => {
    const result = await world.run({ 'code-sha256': 'c29tZXRoaW5nIGVsc2U=' });
    expect(result.outputs['reason']).toContain('code-sha256: checkout $LATEST has the hash');
    expect(world.writes()).toEqual([]);
  });

  it('refuses a function that does not exist', async () => {
    const result = await world.run({ 'function-name': 'nobody' });
    expect(result.outputs['reason']).toContain('there is no function nobody');
  });

  it('refuses a version that does not exist', async () => {
    const result = await world.run({ version: '99' });
    expect(result.outputs['reason']).toContain(
      'version: there is no version 99 of checkout in eu-west-1',
    );
    expect(world.writes()).toEqual([]);
  });

  it('refuses a smoke test of a function that isolates its tenants', async () => {
    change({ settings: { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } } });
    const result = await world.run({ 'smoke-test-payload': '{}' });
    expect(result.outputs['reason']).toContain('smoke-test-payload: checkout isolates its tenants');
    expect(world.writes()).toEqual([]);
  });

  it('refuses a version that is Inactive and says how to wake it', async () => {
    const version = publishVersion(world.simulator.lambda, 'checkout');
    version.state = 'Inactive';
    const result = await world.run({ version: '2' });
    expect(result.outputs['reason']).toContain('checkout version 2 is Inactive');
    expect(result.outputs['reason']).toContain('aws lambda invoke');
  });

  it('waits while Lambda moves provisioned concurrency, and then goes on', async () => {
    publishVersion(world.simulator.lambda, 'checkout');
    putProvisioned(world.simulator.lambda, 'checkout', 'live', 5);
    move({ version: '2' });
    const result = await world.run({ version: '1', 'dry-run': 'true' });
    expect(result.log).toContain("Lambda is moving the alias's provisioned concurrency");
    expect(result.outputs).toMatchObject({ outcome: 'planned', 'previous-version': '2' });
  });

  it('finds alarms of every kind', async () => {
    const { alarms } = world.simulator;
    alarms.putMetricAlarm('metric', { metricName: 'Errors', treatMissingData: 'notBreaching' });
    alarms.setState('metric', 'OK', 'well');
    alarms.putCompositeAlarm('composite', 'ALARM("metric")');
    const result = await world.run({ alarms: 'metric, composite, errors', 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
  });

  it('reports everything that is wrong at once', async () => {
    change({ role: 'arn:aws:iam::123456789012:role/other' });
    world.setAlarm('ALARM');
    const result = await world.run({ alarms: 'errors, nothing' });
    const problems = result.outputs['reason']?.split('\n');
    expect(problems).toHaveLength(3);
    expect(result.summary.match(/^- /gm)).toHaveLength(3);
  });

  it('reports every input that is wrong at once, and asks AWS nothing', async () => {
    const result = await world.run({ alias: '7', steps: '10 5m', 'bake-time': '5' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']?.split('\n')).toHaveLength(3);
    expect(result.log.match(/::error::/g)).toHaveLength(1);
    expect(world.simulator.requests).toEqual([]);
  });

  describe('tells what AWS has against it beside an input that is wrong', () => {
    const WRONG = { 'poll-interval': '0.1s' };

    it.each<[string, Inputs, string]>([
      ['rollback', {}, 'no older version of it was found'],
      ['step', {}, 'there is no rollout to go on with'],
      ['promote', {}, 'there is no rollout to go on with'],
      ['revert', { alias: 'prod' }, 'checkout:prod does not exist in eu-west-1'],
      ['status', { alias: 'prod' }, 'checkout:prod does not exist in eu-west-1'],
    ])('in mode %s', async (mode, inputs, problem) => {
      const result = await world.run({ ...WRONG, ...inputs, mode });
      expect(result.outputs['reason']).toContain('poll-interval: "0.1s"');
      expect(result.outputs['reason']).toContain(problem);
      expect(world.writes()).toEqual([]);
    });

    it('in a job that would go on with a rollout that is held, and never that its steps are others', async () => {
      await world.run({ mode: 'start' });
      const written = world.writes();
      const result = await world.run({ ...WRONG, mode: 'step', steps: 'wrong', alarms: 'nothing' });
      expect(result.outputs['reason']).toContain('poll-interval: "0.1s"');
      expect(result.outputs['reason']).toContain('no alarm named nothing');
      expect(result.outputs['reason']).not.toContain('another plan');
      expect(world.writes()).toEqual(written);
    });
  });

  it('names every input that cannot be used', async () => {
    const wrong = {
      'function-name': 'checkout:live',
      alias: '7',
      version: '$LATEST',
      description: 'x'.repeat(257),
      'code-sha256': 'no hash',
      steps: '10 5m',
      'bake-time': '5',
      alarms: 'x'.repeat(256),
      'poll-interval': '0.1s',
      'on-alarm-at-start': 'x',
      'on-insufficient-data': 'x',
      'monitoring-grace': 'x',
      'on-cancel': 'x',
      'dry-run': 'x',
      region: 'x',
    };
    const result = await world.run(wrong);
    const named = result.outputs['reason']?.split('\n').map((problem) => problem.split(':')[0]);
    expect(named).toEqual(Object.keys(wrong));
  });

  it('names the IAM action and the resource when something is not allowed', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:checkout';
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetAlias' ? denied('lambda:GetAlias', arn) : undefined,
    );
    const result = await world.run();
    expect(result.outputs['reason']).toContain(
      `Add the action "lambda:GetAlias" on the resource "${arn}"`,
    );
  });

  it('warns visibly when nothing is watched', async () => {
    const result = await world.run({ alarms: '', 'dry-run': 'true' });
    expect(result.log).toMatch(/^::warning::.*Nothing is watched/m);
    expect(result.summary).toContain('Nothing is watched');
  });

  it('keeps text from outside from becoming a command or markup', async () => {
    const nasty = '##[error]x <img src=x> **bold** | cell';
    world.simulator.alarms.putLogAlarm(nasty);
    world.setAlarm('ALARM', 'first\n::error::injected\n::set-output name=x::y', nasty);
    const result = await world.run({ alarms: `${nasty}\n` });
    expect(result.log).not.toMatch(/^::error::injected/m);
    expect(result.log).not.toMatch(/^::set-output/m);
    expect(result.log).toContain('# #[error]x');
    expect(result.log).not.toContain('##[');
    expect(result.summary).not.toContain('<img');
    expect(result.summary).not.toContain('**bold**');
  });
});
