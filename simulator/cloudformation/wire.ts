import type { Handled, WireRequest } from '../wire/wire.ts';
import type { Stack, Stacks } from './stacks.ts';

/** By which a request of the query protocol is known to be for CloudFormation. */
export const CLOUDFORMATION_VERSION = '2010-05-15';

/** The operation a request is for, ready to be run; nothing when it is not simulated. Everything is done at once. */
export function cloudFormationOperation(
  stacks: Stacks,
  { body }: WireRequest,
): Handled | undefined {
  const { Action = '', Version, ...input } = Object.fromEntries(new URLSearchParams(body));
  const { StackName: name, TemplateBody: template = '{}' } = input;
  const operations: Readonly<Record<string, () => unknown>> = {
    CreateStack() {
      stacks.create(name ?? '', template);
      return { StackId: name };
    },
    DeleteStack() {
      stacks.delete(name ?? '');
      return {};
    },
    DescribeStacks: () => ({
      Stacks: (name === undefined ? [...stacks.all.values()] : [stacks.named(name)]).map(stackBody),
    }),
  };
  const run = operations[Action];
  if (Version !== CLOUDFORMATION_VERSION || run === undefined) return undefined;
  return { operation: Action, input, run: () => ({ status: 200, body: run() }) };
}

function stackBody({ name, outputs }: Stack) {
  return {
    StackId: name,
    StackName: name,
    CreationTime: '2026-01-01T00:00:00Z',
    StackStatus: 'CREATE_COMPLETE',
    Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
      OutputKey,
      OutputValue,
    })),
  };
}
