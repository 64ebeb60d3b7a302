import { GetAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';

import { seen, type Experiment } from '../experiment.ts';
import { makeTwoVersions } from '../functions.ts';
import type { Lab } from '../lab.ts';
import { refused, told } from '../refusal.ts';

const CONTROL_PLANE = { minutes: 1, uses: {}, isRecording: true } as const;

export const write = (lab: Lab, functionName: string, change: object = {}) =>
  lab.lambda.send(new UpdateAliasCommand({ FunctionName: functionName, Name: 'live', ...change }));
export const read = (lab: Lab, functionName: string) =>
  lab.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: 'live' }));
export const split = (version: string, weight: number) => ({
  RoutingConfig: { AdditionalVersionWeights: { [version]: weight } },
});

export const ALIAS_WRITES: readonly Experiment[] = [
  {
    id: 'revision-of-each-write',
    assumes: 'Each UpdateAlias gives the alias another RevisionId, even one that changes nothing.',
    otherwise:
      'A write of somebody else that changes nothing would go unnoticed; one of ours whose reply was lost could not be told by its revision (core/alias/write-fate.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const first = await read(lab, functionName);
      const second = await write(lab, functionName, { Description: 'one' });
      const third = await write(lab, functionName, { Description: 'one' });
      const revisions = new Set([first, second, third].map((each) => each.RevisionId));
      return seen(revisions.size === 3, `${revisions.size} revisions after three states`);
    },
  },
  {
    id: 'old-revision-refused',
    assumes:
      'An UpdateAlias that names a revision of before is refused: 412 PreconditionFailedException.',
    otherwise:
      'Writes of others would be overwritten, and a write of ours that comes late would undo a revert: the revision keeps it out (run/alias/revert.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const { RevisionId: old } = await read(lab, functionName);
      await write(lab, functionName, { Description: 'another' });
      const refusal = await refused(
        write(lab, functionName, { ...split('2', 0.1), RevisionId: old }),
      );
      const isSo = refusal?.status === 412 && refusal.name === 'PreconditionFailedException';
      return seen(isSo, told(refusal));
    },
  },
  {
    id: 'one-of-two-writes',
    assumes: 'Of two UpdateAlias at once with the same revision one is refused, with 412 or 409.',
    otherwise:
      'Two runs could each believe that the alias is as they left it (run/alias/shift.ts).',
    ...CONTROL_PLANE,
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const { RevisionId } = await read(lab, functionName);
      const refusals = await Promise.all(
        ['one', 'other'].map((Description) =>
          refused(write(lab, functionName, { Description, RevisionId })),
        ),
      );
      const statuses = refusals.flatMap((each) => (each === undefined ? [] : [each.status]));
      const isSo = statuses.length === 1 && [409, 412].includes(statuses[0] ?? 0);
      return seen(isSo, refusals.map(told).join('; '));
    },
  },
  {
    id: 'weights-cleared',
    assumes:
      'Empty AdditionalVersionWeights clear the weights, and the alias then has no RoutingConfig.',
    otherwise: 'A revert would leave the canary its share (aws/aliases.ts writes it so).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      await write(lab, functionName, split('2', 0.1));
      await write(lab, functionName, { RoutingConfig: { AdditionalVersionWeights: {} } });
      const { RoutingConfig: left } = await read(lab, functionName);
      return seen(
        left === undefined,
        left === undefined
          ? 'GetAlias shows no RoutingConfig'
          : `GetAlias shows ${JSON.stringify(left)}`,
      );
    },
  },
  {
    id: 'weights-0-and-1',
    assumes: 'Weights of exactly 0 and of exactly 1 are accepted, and shown as they were written.',
    otherwise:
      'The simulator accepts what AWS refuses. The code writes neither: a plan goes from 0.1 to 99.9 %, and 100 is the promotion.',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const answers: string[] = [];
      for (const weight of [0, 1]) {
        const refusal = await refused(write(lab, functionName, split('2', weight)));
        const { RoutingConfig: routing } = await read(lab, functionName);
        const shown = routing?.AdditionalVersionWeights?.['2'];
        answers.push(
          refusal === undefined ? `${weight} is shown as ${String(shown)}` : told(refusal),
        );
      }
      const isSo = answers.join() === '0 is shown as 0,1 is shown as 1';
      return seen(isSo, answers.join('; '));
    },
  },
  {
    id: 'weights-not-rounded',
    assumes: 'A weight is shown as it was written, to a thousandth and beyond.',
    otherwise:
      'What is read back would not be what was written, and would be taken for a write of somebody else (core/alias/routing.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const answers: string[] = [];
      for (const weight of [0.001, 0.3333, 0.125, 0.999]) {
        const written = await write(lab, functionName, split('2', weight));
        const { RoutingConfig: routing } = await read(lab, functionName);
        const [one, other] = [written.RoutingConfig, routing].map(
          (each) => each?.AdditionalVersionWeights?.['2'],
        );
        if (one !== weight || other !== weight) {
          answers.push(`${weight} is answered as ${String(one)}, and read as ${String(other)}`);
        }
      }
      return seen(answers.length === 0, answers.join('; ') || 'all four as they were written');
    },
  },
];
