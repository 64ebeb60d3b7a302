import { describe, expect, it } from '@jest/globals';

import { EXPERIMENTS } from '../../conformance/experiments/all.ts';
import { optionsOf } from '../../conformance/options.ts';

const given = (...args: readonly string[]) => optionsOf(args, EXPERIMENTS, {});

describe('the options of a conformance run', () => {
  it('are all experiments, asked for before they begin, and nothing is kept', () => {
    const options = optionsOf([], EXPERIMENTS, { AWS_REGION: 'eu-central-1' });
    expect(options).toMatchObject({ region: 'eu-central-1', yes: false, keep: false });
    expect(options.experiments).toEqual(EXPERIMENTS);
  });

  it('choose experiments by the beginnings of their names', () => {
    const { experiments } = given('--region', 'r', '--only', 'weights, alarm-left');
    expect(experiments.map(({ id }) => id).sort()).toEqual([
      'alarm-left-out',
      'weights-0-and-1',
      'weights-cleared',
      'weights-not-rounded',
    ]);
  });

  it('are refused with everything that is wrong with them', () => {
    const wrong = () =>
      given(
        '--only',
        'alarm-left-oud',
        '--role',
        'admin',
        '--state-machine',
        'm',
        '--keep',
        '--cleanup',
      );
    expect(wrong).toThrow(
      [
        '--only: there is no experiment alarm-left-oud; did you mean alarm-left-out?',
        '--region: must be given, or AWS_REGION',
        '--keep and --cleanup: one of them',
        '--role: "admin" is not its ARN',
        '--state-machine: "m" is not its ARN',
      ].join('\n'),
    );
  });

  it('of the simulator know no other place', () => {
    expect(() => given('--simulator', '--endpoint', 'http://localhost')).toThrow(
      '--simulator: has its own region and endpoint',
    );
  });
});
