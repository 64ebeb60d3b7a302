import { AddPermissionCommand } from '@aws-sdk/client-lambda';

import { differs, seen, type Experiment } from '../experiment.ts';
import { invoke, makeTwoVersions } from '../functions.ts';
import { read, split, write } from './alias-writes.ts';

const SECOND_MS = 1_000;
/** A poll of the action, by default. */
const POLL_MS = 15 * SECOND_MS;
const WRITES = 20;
const READS = 3;

/** When what was written of an alias can be seen: by who asks Lambda, and by who calls the function. */
export const ALIAS_READS: readonly Experiment[] = [
  {
    id: 'alias-read-at-once',
    assumes:
      'GetAlias may show an old state for some seconds after a write, and not for longer than a poll.',
    otherwise:
      'A confirmation would give up while Lambda still shows what was before: its patience must grow (aws/patience.ts).',
    minutes: 2,
    uses: {},
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      let old = 0;
      let longestMs = 0;
      for (let count = 0; count < WRITES; count++) {
        const { RevisionId: written } = await write(lab, functionName, { Description: `${count}` });
        const since = lab.now();
        for (let fresh = 0; fresh < READS;) {
          const { RevisionId: shown } = await read(lab, functionName);
          if (shown === written) {
            fresh++;
            continue;
          }
          old++;
          longestMs = lab.now() - since;
          if (longestMs > POLL_MS) return differs(`an old state was shown for ${longestMs} ms`);
          await lab.sleep(SECOND_MS / 10);
        }
      }
      return seen(
        true,
        `${old} old readings after ${WRITES} writes, the longest ${longestMs} ms after`,
      );
    },
  },
  {
    id: 'alias-propagation',
    assumes:
      'Within a poll of 15 s after an UpdateAlias is answered, no request goes by what was before.',
    otherwise:
      'The first requests after a shift are counted with the step before, and a bake begins too early (core/checks/exposure.ts, run/alias/settle.ts).',
    minutes: 2,
    uses: { invocations: 300 },
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      for (let count = 0; count < 5; count++) await invoke(lab, { functionName });
      await write(lab, functionName, { FunctionVersion: '2' });
      const since = lab.now();
      let lastOldMs = 0;
      let old = 0;
      while (lab.now() - since < 2 * POLL_MS) {
        if ((await invoke(lab, { functionName })) === '1') {
          old++;
          lastOldMs = lab.now() - since;
        }
        await lab.sleep(SECOND_MS / 5);
      }
      return seen(
        lastOldMs <= POLL_MS,
        `${old} requests went to the old version, the last after ${lastOldMs} ms`,
      );
    },
  },
  {
    id: 'executed-version-told',
    assumes:
      'An Invoke of a split alias tells which of the two versions ran, and both do, by their weights.',
    otherwise: 'A smoke test cannot tell what it tested (run/versions/smoke-test.ts).',
    minutes: 1,
    uses: { invocations: 100 },
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      await write(lab, functionName, split('2', 0.5));
      await lab.sleep(POLL_MS);
      const counts = new Map<string, number>();
      for (let count = 0; count < 100; count++) {
        const version = await invoke(lab, { functionName });
        counts.set(version, (counts.get(version) ?? 0) + 1);
      }
      const [one = 0, two = 0] = [counts.get('1'), counts.get('2')];
      // Outside of it, fair halves are one time in 10,000.
      return seen(
        one + two === 100 && one >= 30 && two >= 30,
        `${one} of version 1, ${two} of version 2`,
      );
    },
  },
  {
    id: 'policy-keeps-revision',
    assumes: 'AddPermission on an alias leaves the RevisionId of the alias as it is.',
    otherwise:
      'A permission that is added in a rollout is taken for a write of somebody else, and ends it (core/alias/ownership.ts).',
    minutes: 1,
    uses: {},
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const before = await read(lab, functionName);
      await lab.lambda.send(
        new AddPermissionCommand({
          FunctionName: functionName,
          Qualifier: 'live',
          StatementId: 'conformance',
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceAccount: lab.account,
        }),
      );
      await lab.sleep(SECOND_MS);
      const after = await read(lab, functionName);
      const isSame = before.RevisionId === after.RevisionId;
      return seen(isSame, isSame ? 'the same revision' : 'another revision');
    },
  },
];
