import { judge, STANDARD_RULE } from '../../src/core/statistics/evidence.ts';
import { alarm, failureRateOfAlias, failuresOfAlias } from './alarm.ts';
import { onPlan, type Detector } from './detector.ts';
import { pooledFisher } from './fisher.ts';
import { flagger } from './flagger.ts';
import { kayenta } from './kayenta.ts';
import { oracle, waldSprt } from './sprt.ts';

/** What users have today, this project's judge, and one that knows what it cannot know. */
export const DETECTORS: readonly Detector[] = [
  onPlan('no analysis', () => null),
  alarm({
    name: 'alarm alias Errors>0, 1/1',
    breaches: (minute) => failuresOfAlias(minute) > 0,
    datapoints: 1,
    periods: 1,
  }),
  alarm({
    name: 'alarm alias Errors>0, 2/2 (SAM doc)',
    breaches: (minute) => failuresOfAlias(minute) > 0,
    datapoints: 2,
    periods: 2,
  }),
  alarm({
    name: 'alarm alias rate>1%, 2/3',
    breaches: (minute) => failureRateOfAlias(minute) > 0.01,
    datapoints: 2,
    periods: 3,
  }),
  flagger,
  kayenta('Kayenta judge, each step alone', 'step'),
  kayenta('Kayenta judge, data since start', 'start'),
  waldSprt(2),
  waldSprt(10),
  pooledFisher,
  onPlan(
    'Lambda Canary, confirm off',
    (minutes) => judge(minutes, { ...STANDARD_RULE, confirm: 0 }).revertAt,
  ),
  onPlan('Lambda Canary', (minutes) => judge(minutes).revertAt),
  oracle,
];
