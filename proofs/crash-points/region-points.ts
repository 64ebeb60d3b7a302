import type { Inputs } from '../../__tests__/fixtures/bundle-world.ts';
import { ENDS, MOMENTS, type End, type Moment } from './points.ts';

/** In the order of the waves. */
export const REGIONS = ['eu-west-1', 'us-east-1'] as const;

const TWO_WAVES = { regions: REGIONS.join(' | '), 'wave-bake': '20s' } as const;

/** The jobs whose process is ended while they go through regions, each as it ends by itself. */
export const REGION_JOBS = {
  'two waves': { inputs: TWO_WAVES, keepsEarlier: false, isRed: false, outcome: 'promoted' },
  'two waves, keep-earlier': {
    inputs: { ...TWO_WAVES, 'on-wave-failure': 'keep-earlier' },
    keepsEarlier: true,
    isRed: false,
    outcome: 'promoted',
  },
  'two waves, the second red': {
    inputs: TWO_WAVES,
    keepsEarlier: false,
    isRed: true,
    outcome: 'reverted',
  },
  'one wave': {
    inputs: { regions: REGIONS.join(', ') },
    keepsEarlier: false,
    isRed: false,
    outcome: 'promoted',
  },
} as const satisfies Readonly<Record<string, RegionJob>>;
export type RegionJobName = keyof typeof REGION_JOBS;

interface RegionJob {
  readonly inputs: Inputs;
  /** Whether the first wave stays promoted, once the second has begun. */
  readonly keepsEarlier: boolean;
  /** Whether the alarm of the second region goes red with its first weight. */
  readonly isRed: boolean;
  /** How it ends by itself, in all regions. */
  readonly outcome: 'promoted' | 'reverted';
}

export interface RegionPoint {
  readonly job: RegionJobName;
  readonly end: End;
  readonly moment: Moment;
  /** Which call of the job, from 0, in whatever region. */
  readonly call: number;
}

export interface RegionFinding extends RegionPoint {
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

export function regionPointsOf(
  calls: Readonly<Record<RegionJobName, number>>,
): readonly RegionPoint[] {
  return regionRows().flatMap((row) =>
    Array.from({ length: calls[row.job] }, (_, call) => ({ ...row, call })),
  );
}

/** Each job, end and moment, in the order of the table. */
export function regionRows(): readonly Omit<RegionPoint, 'call'>[] {
  return (Object.keys(REGION_JOBS) as RegionJobName[]).flatMap((job) =>
    (Object.keys(ENDS) as End[]).flatMap((end) =>
      (Object.keys(MOMENTS) as Moment[]).map((moment) => ({ job, end, moment })),
    ),
  );
}
