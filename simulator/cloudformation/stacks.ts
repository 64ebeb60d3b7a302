import type { Rules } from '../events/rules.ts';
import { AwsError } from '../wire/aws-error.ts';
import { list, members, text, type Members } from '../wire/members.ts';
import { jsonIn } from '../wire/wire.ts';

export interface Stack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly rules: readonly string[];
}

/** Stacks, as far as a conformance run makes some: roles, of which nothing but their names is known, and rules about ends of executions. */
export interface Stacks {
  readonly all: ReadonlyMap<string, Stack>;
  create(name: string, template: string): void;
  /** One that does not exist is deleted without a word. */
  delete(name: string): void;
  /** @throws AwsError when there is none of the name */
  named(name: string): Stack;
}

export function createStacks(account: string, rules: Rules): Stacks {
  const all = new Map<string, Stack>();

  function make(stack: string, logicalId: string, { Type, Properties }: Members): string {
    const name = `${stack}-${logicalId}`;
    const properties = members(Properties) ?? {};
    switch (Type) {
      case 'AWS::IAM::Role':
        return `arn:aws:iam::${account}:role/${name}`;
      case 'AWS::Events::Rule': {
        const [target] = list(properties['Targets']) ?? [];
        const machineArn = text(members(target)?.['Arn']) ?? '';
        rules.set(name, { pattern: members(properties['EventPattern']) ?? {}, machineArn });
        return name;
      }
      default:
        throw new AwsError(
          400,
          'ValidationError',
          `Resources of ${String(Type)} are not simulated`,
        );
    }
  }

  return {
    all,
    create(name, template) {
      if (all.has(name)) {
        throw new AwsError(400, 'AlreadyExistsException', `Stack [${name}] already exists`);
      }
      const { Resources, Outputs } = jsonIn(template);
      const made = new Map(
        Object.entries(members(Resources) ?? {}).map(([id, resource]) => [
          id,
          make(name, id, members(resource) ?? {}),
        ]),
      );
      const outputs = Object.entries(members(Outputs) ?? {}).map(
        ([output, given]): [string, string] => {
          const [id] = list(members(members(given)?.['Value'])?.['Fn::GetAtt']) ?? [];
          return [output, made.get(String(id)) ?? ''];
        },
      );
      const own = [...rules.keys()].filter((rule) => rule.startsWith(`${name}-`));
      all.set(name, { name, outputs: Object.fromEntries(outputs), rules: own });
    },
    delete(name) {
      for (const rule of all.get(name)?.rules ?? []) rules.delete(rule);
      all.delete(name);
    },
    named(name) {
      const found = all.get(name);
      if (found !== undefined) return found;
      throw new AwsError(400, 'ValidationError', `Stack with id ${name} does not exist`);
    },
  };
}
