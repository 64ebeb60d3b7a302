import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { definitionText, stateMachine } from '../../src/core/state-machine/definition.ts';
import { repairPattern } from '../../conformance/repair-pattern.ts';
import { tellingPattern } from '../fixtures/telling-rule.ts';
import { machinePolicy } from '../../src/core/state-machine/role.ts';
import { trustOfService } from '../fixtures/role-template.ts';

const TERRAFORM = process.env['TERRAFORM'] ?? 'terraform';
const HERE = 'templates/step-functions/terraform';
const PLACE = 'eu-west-1:123456789012';
const FUNCTIONS = [`arn:aws:lambda:${PLACE}:function:checkout`];
const MACHINE = `arn:aws:states:${PLACE}:stateMachine:carrier`;

const LOCALS = [
  'definition',
  'trust',
  'machine_policy',
  'repair_policy',
  'repair_pattern',
  'telling_pattern',
] as const;

/** In the place of main.tf, whose provider for AWS is not to be had without its registry. */
const placeIn = (partition: string) => `
locals {
  partition = "${partition}"
  account   = "123456789012"
}
${LOCALS.map((name) => `output "${name}" {\n  value = local.${name}\n}`).join('\n')}
`;

describe('the template of the state machine for Terraform', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'lambda-canary-terraform-'));
    mkdirSync(join(root, HERE), { recursive: true });
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist/state-machine.json'), definitionText());
    for (const file of ['variables.tf', 'policy.tf']) {
      cpSync(join(HERE, file), join(root, HERE, file));
    }
    writeFileSync(join(root, HERE, 'place.tf'), placeIn('aws'));
    terraform('init', '-input=false');
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const terraform = (...args: readonly string[]) =>
    execFileSync(TERRAFORM, [`-chdir=${join(root, HERE)}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' },
    });
  const variables = (functions: readonly string[]) => [
    ...['-var', 'name=carrier', '-var', 'region=eu-west-1'],
    ...['-var', `function_arns=${JSON.stringify(functions)}`],
  ];
  type Made = Readonly<Record<(typeof LOCALS)[number], { readonly value: unknown }>>;
  const applied = (): Made => {
    terraform('apply', '-auto-approve', '-input=false', ...variables(FUNCTIONS));
    return JSON.parse(terraform('output', '-json')) as Made;
  };

  it('makes the machine of the sources, its rules, and roles with the least rights', () => {
    const made = applied();
    expect(JSON.parse(String(made.definition.value))).toEqual(stateMachine());
    expect(made.machine_policy.value).toEqual(machinePolicy(FUNCTIONS));
    expect(made.repair_policy.value).toMatchObject({
      Statement: [{ Action: 'states:StartExecution', Resource: MACHINE }],
    });
    expect(made.trust.value).toEqual({
      states: trustOfService('states', MACHINE),
      events: trustOfService('events', `arn:aws:events:${PLACE}:rule/carrier-repair`),
    });
    expect(made.repair_pattern.value).toEqual(repairPattern(MACHINE));
    expect(made.telling_pattern.value).toEqual(tellingPattern(MACHINE));
  });

  it('names integrations in the partition of the account', () => {
    writeFileSync(join(root, HERE, 'place.tf'), placeIn('aws-cn'));
    const definition = String(applied().definition.value);
    expect(definition).toContain('arn:aws-cn:states:::aws-sdk:lambda:updateAlias');
    expect(definition).not.toContain('arn:aws:');
  });

  it('refuses names in the place of ARNs', () => {
    expect(() => terraform('plan', '-input=false', ...variables(['checkout']))).toThrow(/ARNs/);
  });
});
