import { beforeAll, describe, expect, it } from '@jest/globals';

import { EXPERIMENTS } from '../../conformance/experiments/all.ts';
import { unaccepted } from '../fixtures/accepted.ts';
import { conform, experimentNamed, type Conformed } from '../fixtures/conformance.ts';
import type { Compared, Recording } from '../fixtures/recordings.ts';
import { playOnSimulator } from '../fixtures/simulated-stage.ts';

const RECORDED = EXPERIMENTS.filter(({ isRecording }) => isRecording);

/** As it comes out of the file. */
const recordingsOf = ({ keep }: Conformed) =>
  JSON.parse(JSON.stringify(keep().recordings)) as readonly Recording[];

describe('what a conformance run records', () => {
  let run: Conformed;
  beforeAll(async () => {
    run = await conform(RECORDED);
  });

  it('is played on the simulator like every other recording, and agrees with where it was made', async () => {
    const recordings = recordingsOf(run);
    expect(recordings.map(({ id }) => id)).toEqual(RECORDED.map(({ id }) => `conformance/${id}`));
    const compared: Compared[] = [];
    for (const each of recordings) compared.push(...(await playOnSimulator(each)));
    expect(compared.length).toBeGreaterThan(3 * RECORDED.length);
    expect(unaccepted(compared, [])).toEqual([]);
  });

  it('differs from the simulator where AWS answered otherwise', async () => {
    const otherwise = await conform(
      RECORDED.filter(({ id }) => id === 'weights-0-and-1'),
      {
        tell: ({ simulator }) => {
          simulator.faults.add(({ operation, input }) =>
            operation === 'UpdateAlias' && JSON.stringify(input).includes('{"2":1}')
              ? { type: 'error', status: 400, name: 'ValidationException', message: 'too much' }
              : undefined,
          );
        },
      },
    );
    expect(otherwise.results.map(({ seen }) => seen.verdict)).toEqual(['differs']);
    const compared: Compared[] = [];
    for (const each of recordingsOf(otherwise)) compared.push(...(await playOnSimulator(each)));
    expect(unaccepted(compared, [])).toEqual([
      'UpdateAlias: status 200, not 400',
      'UpdateAlias: error none, not ValidationException',
      expect.stringContaining('GetAlias: RoutingConfig'),
      'GetAlias: RevisionId stays or changes otherwise',
    ]);
  });

  it('differs as well where CloudWatch or Logs answered otherwise', async () => {
    const otherwise = await conform(
      ['composite-left-out', 'log-group-missing'].map(experimentNamed),
      {
        tell: ({ simulator: { faults, alarms } }) => {
          faults.before(({ operation }) => {
            if (operation !== 'DescribeAlarms') return;
            for (const { name, kind } of alarms.alarms.values()) {
              if (kind === 'CompositeAlarm') alarms.delete(name);
            }
          });
          faults.add(({ operation }) =>
            operation === 'FilterLogEvents'
              ? { type: 'error', status: 400, name: 'InvalidParameterException', message: 'no' }
              : undefined,
          );
        },
      },
    );
    expect(otherwise.results.map(({ seen }) => seen.verdict)).toEqual(['differs', 'differs']);
    const compared: Compared[] = [];
    for (const each of recordingsOf(otherwise)) compared.push(...(await playOnSimulator(each)));
    expect(unaccepted(compared, [])).toEqual([
      'DescribeAlarms: 1 of CompositeAlarms, not 0',
      'FilterLogEvents: error ResourceNotFoundException, not InvalidParameterException',
    ]);
  });

  it('names neither the account nor the run', () => {
    const text = JSON.stringify(run.keep());
    expect(text).not.toContain('123456789012');
    expect(text).not.toContain('lambda-canary-conformance-');
  });
});
