import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PROVIDER, ROLE_CASES, trustOf, type RoleCase } from '../fixtures/role-template.ts';

const TERRAFORM = process.env['TERRAFORM'] ?? 'terraform';
const HERE = 'templates/terraform';

/** In the place of main.tf, whose provider for AWS is not to be had without its registry. */
const PLACE = `
locals {
  partition    = "aws"
  account      = "123456789012"
  provider_arn = "${PROVIDER}"
}

output "trust" {
  value = local.trust
}

output "policy" {
  value = local.policy
}
`;

const terraform = (folder: string, ...args: readonly string[]) =>
  execFileSync(TERRAFORM, [`-chdir=${folder}`, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' },
  });

describe('the template for Terraform', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-terraform-'));
    for (const file of ['variables.tf', 'policy.tf']) cpSync(join(HERE, file), join(folder, file));
    writeFileSync(join(folder, 'place.tf'), PLACE);
    terraform(folder, 'init', '-input=false');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const variables = ({ environment, logGroup, smokeTest, uploadsCode }: RoleCase) =>
    Object.entries({
      repository: 'acme/shop',
      owner_id: '1',
      repository_id: '2',
      function_name: 'checkout',
      region: 'eu-west-1',
      smoke_test: String(smokeTest),
      uploads_code: String(uploadsCode),
      ...(environment === undefined ? {} : { environment }),
      ...(logGroup === undefined ? {} : { log_group: logGroup }),
    }).flatMap(([name, value]) => ['-var', `${name}=${value}`]);

  it('is written as Terraform writes it', () => {
    expect(terraform(HERE, 'fmt', '-check', '-recursive')).toBe('');
  });

  it.each(ROLE_CASES)('makes the least policy and the trust, with $name', (each) => {
    terraform(folder, 'apply', '-auto-approve', '-input=false', ...variables(each));
    const made = JSON.parse(terraform(folder, 'output', '-json')) as Readonly<
      Record<'trust' | 'policy', { readonly value: unknown }>
    >;
    expect(made.policy.value).toEqual(each.policy);
    expect(made.trust.value).toEqual(trustOf(PROVIDER, each.subjects));
  });

  it('refuses a repository without an owner', () => {
    const [first] = ROLE_CASES;
    const given = first === undefined ? [] : variables(first);
    const wrong = given.map((each) => each.replace('acme/shop', 'shop'));
    expect(() => terraform(folder, 'plan', '-input=false', ...wrong)).toThrow(/owner\/name/);
  });
});
