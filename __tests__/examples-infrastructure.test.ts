import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse, type ScalarTag } from 'yaml';

import type { AlarmDefinition } from '../src/core/preflight/alarm-definition.ts';
import { lintAlarms } from '../src/core/preflight/alarm-lint.ts';
import { planOf } from '../src/core/rollout/plan.ts';

const FOLDER = new URL('../examples/infrastructure/', import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

type Properties = Readonly<Record<string, unknown>>;
interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
}

/** Functions of CloudFormation: the function's id stands for its name, other ids for themselves. */
const named = (id: string) => (/^Checkout(LambdaFunction)?$/.test(id) ? 'checkout' : id);
const tag = (name: string, resolve: (text: string) => string): ScalarTag => ({
  tag: name,
  resolve,
});
const FUNCTIONS = [
  tag('!Ref', named),
  tag('!GetAtt', (text) => text),
  tag('!Sub', (text) => text.replaceAll(/\$\{(\w+)\}/g, (_, id: string) => named(id))),
];

function resourcesIn(file: string): readonly Resource[] {
  const read = parse(textOf(file), { customTags: FUNCTIONS }) as Properties;
  const { Resources } = (read['resources'] ?? read) as { Resources: Record<string, Resource> };
  return Object.values(Resources);
}

const only = (file: string, type: string): Properties => {
  const found = resourcesIn(file).filter((resource) => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0]?.Properties ?? {};
};

interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: string;
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
}

function alarmIn(file: string): AlarmDefinition {
  const alarm = only(file, 'AWS::CloudWatch::Alarm') as unknown as Alarm;
  return {
    periodSeconds: alarm.Period,
    evaluationPeriods: alarm.EvaluationPeriods,
    datapointsToAlarm: alarm.EvaluationPeriods,
    threshold: alarm.Threshold,
    comparison: alarm.ComparisonOperator,
    expression: undefined,
    metrics: [
      {
        id: '',
        namespace: alarm.Namespace,
        name: alarm.MetricName,
        dimensions: Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, Value])),
        statistic: alarm.Statistic,
        periodSeconds: alarm.Period,
      },
    ],
  };
}

describe.each(['sam.yaml', 'serverless.yml'])('the stack in %s', (file) => {
  it('makes the alias on the first version, and says nothing of it that could change', () => {
    expect(only(file, 'AWS::Lambda::Alias')).toEqual({
      FunctionName: 'checkout',
      FunctionVersion: 'FirstVersion.Version',
      Name: 'live',
    });
    expect(only(file, 'AWS::Lambda::Version')).toEqual({ FunctionName: 'checkout' });
  });

  it('has the alias called, and not the function', () => {
    expect(only(file, 'AWS::Lambda::EventSourceMapping')).toMatchObject({ FunctionName: 'Live' });
  });

  it('lets nothing else publish or move', () => {
    const settings = textOf(file).replaceAll(/^\s*#.*$/gm, '');
    expect(settings).not.toMatch(/AutoPublishAlias|DeploymentPreference|plugins|[Ee]vents:/);
    if (file === 'serverless.yml') expect(settings).toContain('versionFunctions: false');
  });

  it('has an alarm that sees the canary', () => {
    const rollout = {
      targets: [{ functionName: 'checkout', alias: 'live', stable: '1' }],
      plan: planOf([{ weight: 10, bakeMs: 600_000 }], 600_000),
    };
    const alarm = { name: 'checkout-errors', definition: alarmIn(file) };
    expect(lintAlarms([alarm], rollout)).toEqual([]);
  });
});

describe('the other stacks', () => {
  it('in Terraform leave to the action what the action moves', () => {
    const alias = /resource "aws_lambda_alias" "live" \{[\s\S]*?\n\}/.exec(textOf('terraform.tf'));
    expect(alias?.[0]).toContain(
      'ignore_changes = [description, function_version, routing_config]',
    );
  });

  it('in CDK make no version with every change of the code', () => {
    expect(textOf('cdk.ts').replaceAll(/^\s*\/\/.*$/gm, '')).not.toContain('currentVersion');
  });

  it('are all on the page about them', () => {
    const page = readFileSync(
      new URL('../docs/infrastructure-as-code.md', import.meta.url),
      'utf8',
    );
    const files = globSync('*', { cwd: FOLDER });
    expect(files).toHaveLength(4);
    for (const file of files) expect(page).toContain(`(../examples/infrastructure/${file})`);
  });
});
