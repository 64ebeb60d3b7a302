import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { ROLE_CASES } from './fixtures/role-template.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

// What comes of them is tested by the tools they are for: npm run test:moto and npm run test:templates.
describe('the templates for the role', () => {
  const needed = new Set(
    ROLE_CASES.flatMap(({ policy }) => policy.Statement.flatMap(({ Action: each }) => each)),
  );

  it.each(['cloudformation.yml', 'terraform/policy.tf', 'cdk/rollout-role.ts'])(
    '%s allows what the action needs, and nothing else',
    (file) => {
      const named = read(`templates/${file}`).match(/\b(?:lambda|cloudwatch|logs):[A-Z]\w+/g);
      expect(new Set(named)).toEqual(needed);
    },
  );
});
