import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { withDefinition } from '../scripts/state-machine-template.ts';
import { definitionText, ENDED, stateMachine } from '../src/core/state-machine/definition.ts';
import { OWN_ERRORS } from '../src/core/state-machine/definition.ts';
import { MACHINE_PERMISSIONS } from '../src/core/state-machine/role.ts';

const HAND_WRITTEN = readFileSync('templates/step-functions/cloudformation.yml', 'utf8');
const TEMPLATE = withDefinition(HAND_WRITTEN, definitionText());

/** What CloudFormation takes for a template that it fetches, and Step Functions for a definition. */
const MOST_BYTES = 1_000_000;

function integrationsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === 'Resource' && typeof each === 'string' ? [each] : integrationsIn(each),
  );
}

/** `arn:aws:states:::aws-sdk:lambda:getAlias` calls what IAM knows as `lambda:GetAlias`. */
const asPermission = (integration: string) =>
  integration.replace(
    /^.*:aws-sdk:(\w+):(\w)/,
    (_, service: string, first: string) => `${service}:${first.toUpperCase()}`,
  );

// What comes of them is tested by the tools they are for: npm run test:moto and npm run test:templates.
describe('the template for the state machine', () => {
  it('has the definition of the sources in it, with the partition of its stack', () => {
    const { Resources: resources } = parse(TEMPLATE, { logLevel: 'silent' }) as {
      readonly Resources: {
        readonly Machine: { readonly Properties: { DefinitionString: string } };
      };
    };
    const text = resources.Machine.Properties.DefinitionString;
    expect(text).not.toContain('arn:aws:');
    expect(JSON.parse(text.replaceAll('${AWS::Partition}', 'aws'))).toEqual(stateMachine());
  });

  it('is small enough to be deployed', () => {
    expect(Buffer.byteLength(TEMPLATE)).toBeLessThan(MOST_BYTES);
  });

  it('cannot be built of a definition in which CloudFormation would see references of its own', () => {
    expect(() => withDefinition(HAND_WRITTEN, '{ "a": "${b}" }')).toThrow('CloudFormation');
    expect(() => withDefinition(TEMPLATE, definitionText())).toThrow('no place');
  });

  it.each(['cloudformation.yml', 'terraform/policy.tf'])(
    '%s allows what the machine does, and nothing else',
    (file) => {
      const text = readFileSync(`templates/step-functions/${file}`, 'utf8');
      const named = text.match(/\b(?:lambda|cloudwatch|logs|states):[A-Z]\w+/g);
      const allowed = [...Object.keys(MACHINE_PERMISSIONS), 'states:StartExecution'];
      expect(new Set(named)).toEqual(new Set(allowed));
    },
  );

  it('needs what is in the list, for the calls of the definition', () => {
    const called = integrationsIn(stateMachine()).map(asPermission);
    expect(new Set(called)).toEqual(new Set(Object.keys(MACHINE_PERMISSIONS)));
  });

  it('does not repair after an end that the machine itself has seen to', () => {
    for (const error of Object.values(ENDED)) expect(error.startsWith(OWN_ERRORS)).toBe(true);
    const files = globSync('templates/step-functions/**/*.{yml,tf}');
    const patterns = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(patterns.match(/prefix"?\s*[:=]\s*"?LambdaCanary\./g)).toHaveLength(2);
  });
});
