import { formatDuration } from '../text/duration.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { nameSteps, type NumberedStep } from './step-names.ts';

/**
 * Lambda's metrics are sums of a minute that can be seen a minute or more after it is over, and
 * CloudWatch looks at them once a minute. Neither is promised, so this is the usual, not the worst.
 */
const METRIC_DELAY_MS = 2 * 60_000;

/** Whether an alarm cannot go off before a step is over, in words. */
export function tooSlow(
  { periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmDefinition,
  steps: readonly NumberedStep[],
): string | undefined {
  const datapointsMs = periodSeconds * 1000 * datapointsToAlarm;
  const needsMs = datapointsMs + METRIC_DELAY_MS;
  const sane = periodSeconds > 0 && datapointsToAlarm > 0 && Number.isFinite(needsMs);
  // A promotion that does not bake is meant not to be watched.
  const short = steps.filter(
    ({ weight, bakeMs }) => bakeMs < needsMs && !(weight >= 100 && bakeMs === 0),
  );
  if (!sane || short.length === 0) return undefined;
  const of = evaluationPeriods > datapointsToAlarm ? ` of ${evaluationPeriods}` : '';
  const several = of !== '' || datapointsToAlarm !== 1;
  const datapoints = `${datapointsToAlarm}${of} datapoint${several ? 's' : ''} of ${periodSeconds} s`;
  // An alarm over a minute is as short as one on Lambda's metrics can be.
  const shorten = datapointsMs > 60_000 ? ' or shorten the alarm' : '';
  return (
    `needs about ${formatDuration(needsMs)} to go into ALARM (${datapoints}, and about ` +
    `${formatDuration(METRIC_DELAY_MS)} until the metrics are there), but ${nameSteps(short)} ` +
    `${bakesFor(short)}. Lengthen the ${short.length === 1 ? 'step' : 'steps'}${shorten}.`
  );
}

function bakesFor(steps: readonly NumberedStep[]): string {
  const bakes = steps.map(({ bakeMs }) => bakeMs);
  const shortest = bakes.reduce((least, bakeMs) => Math.min(least, bakeMs));
  const duration = formatDuration(shortest);
  if (bakes.length === 1) return `bakes for ${duration} only`;
  const same = bakes.every((bakeMs) => bakeMs === shortest);
  return same ? `bake for ${duration} only` : `bake for less, the shortest for ${duration}`;
}
