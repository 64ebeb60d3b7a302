import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, it } from '@jest/globals';

import { createAlarms } from '../src/aws/alarms.ts';
import { createAliases } from '../src/aws/aliases.ts';
import { createFunctions } from '../src/aws/functions.ts';
import { createMetrics } from '../src/aws/metrics.ts';
import type { MetricSource } from '../src/core/checks/metric-source.ts';
import { beginningOfMinute } from '../src/core/minute.ts';

/** An AWS that is not ours to look into: what the adapters must find in it, wherever it runs. */
export interface Aws {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly region: string;
}

/** A metric of the contract's own. */
export const PUBLISHED: MetricSource = {
  namespace: 'Shop',
  name: 'Responses',
  dimensions: { Version: '8' },
  statistic: 'Sum',
};

const { signal } = new AbortController();
const target = (name: string) => ({ functionId: name, functionName: name, alias: 'live' });

/**
 * The contract between the adapters and AWS, run against the simulator and against moto. What moto does
 * not have (revisions, CodeSha256 as a condition, provisioned concurrency, alarm history) is not in it.
 * @param prepare makes a function with version 1, the alias live on it, and other code in $LATEST
 * @param putMetric publishes a value of {@link PUBLISHED}
 */
export function describeContract(
  aws: () => Aws,
  prepare: (name: string) => Promise<void>,
  putMetric: (value: number, at: number) => Promise<void>,
): void {
  const aliases = () => createAliases(aws().lambda, aws().region);
  const functions = () => createFunctions(aws().lambda, aws().region);
  const alarms = () => createAlarms(aws().cloudwatch);

  it('reads what an alias serves', async () => {
    await prepare('reads');
    const alias = await aliases().find(target('reads'), signal);
    expect(alias?.routing).toEqual({ version: '1', weights: {} });
    expect(alias?.arn).toBe(`arn:aws:lambda:${aws().region}:123456789012:function:reads:live`);
  });

  it('finds no alias where there is none', async () => {
    await prepare('bare');
    const other = { ...target('bare'), alias: 'other' };
    expect(await aliases().find(other, signal)).toBeUndefined();
  });

  it('splits an alias and puts it back on one version', async () => {
    await prepare('splits');
    await functions().publish(target('splits'), await latest('splits'), signal);
    const before = await aliases().find(target('splits'), signal);
    const split = { version: '1', weights: { '2': 12.5 } };
    const after = await aliases().update(
      target('splits'),
      { routing: split, description: 'half-way', revisionId: before?.revisionId ?? '' },
      signal,
    );
    expect(after).toMatchObject({ routing: split, description: 'half-way' });
    expect(await aliases().find(target('splits'), signal)).toEqual(after);

    const alone = { routing: { version: '2', weights: {} }, description: '' };
    await aliases().update(target('splits'), { ...alone, revisionId: after.revisionId }, signal);
    expect(await aliases().find(target('splits'), signal)).toMatchObject(alone);
  });

  it('creates an alias', async () => {
    await prepare('creates');
    const created = await aliases().create({ ...target('creates'), alias: 'next' }, '1', signal);
    expect(created.routing).toEqual({ version: '1', weights: {} });
  });

  it('reads state, role and hash of $LATEST and of a version', async () => {
    await prepare('states');
    const facts = await functions().read(target('states'), signal);
    expect(facts).toMatchObject({ version: '$LATEST', state: 'Active', deadLetterArn: '' });
    expect(facts.role).toMatch(/^arn:aws:iam::123456789012:role\//);
    const version = await functions().read(target('states'), signal, '1');
    expect(version).toMatchObject({ version: '1', state: 'Active', role: facts.role });
    expect(version.codeSha256).not.toBe(facts.codeSha256);
  });

  it('publishes a version with a description', async () => {
    await prepare('publishes');
    const published = await functions().publish(
      target('publishes'),
      await latest('publishes'),
      signal,
    );
    expect(published).toBe('2');
  });

  it('sees that publishing again answers with the version of before', async () => {
    await prepare('again');
    await functions().publish(target('again'), await latest('again'), signal);
    const again = { ...(await latest('again')), description: 'another description' };
    expect(await functions().publish(target('again'), again, signal)).toBe('2');
  });

  it('names the function that does not exist', async () => {
    await expect(functions().read(target('nobody'), signal)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('reads the states of alarms, and gets no answer for one that does not exist', async () => {
    await aws().cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'contract',
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await aws().cloudwatch.send(
      new SetAlarmStateCommand({
        AlarmName: 'contract',
        StateValue: 'ALARM',
        StateReason: 'by hand',
      }),
    );
    const found = await alarms().read(['contract', 'nothing'], signal);
    expect(found).toMatchObject([{ name: 'contract', state: 'ALARM', reason: 'by hand' }]);
    expect(found[0]?.arn).toBe(`arn:aws:cloudwatch:${aws().region}:123456789012:alarm:contract`);
    expect(found[0]?.transitionedAt).toBeGreaterThan(0);
  });

  it('reads metrics by the minute, and finds nothing of one that does not exist', async () => {
    const minute = beginningOfMinute(Date.now()) - 10 * 60_000;
    await putMetric(3, minute);
    await putMetric(4, minute + 30_000);
    await putMetric(5, minute + 2 * 60_000);
    const sources = [PUBLISHED, { ...PUBLISHED, name: 'Nothing' }];
    const window = { from: minute, to: minute + 4 * 60_000 };
    const series = await createMetrics(aws().cloudwatch).read(sources, window, signal);
    expect(series.map((each) => [...each])).toEqual([
      [
        [minute, 7],
        [minute + 2 * 60_000, 5],
      ],
      [],
    ]);
  });

  async function latest(name: string) {
    const { codeSha256 } = await functions().read(target(name), signal);
    return { codeSha256, description: 'new' };
  }
}
