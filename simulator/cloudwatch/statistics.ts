/** Single values and how often each occurred. */
export type Distribution = ReadonlyMap<number, number>;

const PERCENTILE = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;
const BOUNDS = /^(TC|PR)\((\d+(?:\.\d{1,10})?)?:(\d+(?:\.\d{1,10})?)?\)$/;
const PLAIN: readonly string[] = ['Sum', 'Average', 'Maximum', 'Minimum', 'SampleCount'];

/** Whether CloudWatch knows the statistic, as far as it is simulated: bounds of values, not of percents. */
export function isStatistic(statistic: string): boolean {
  return PLAIN.includes(statistic) || PERCENTILE.test(statistic) || BOUNDS.test(statistic);
}

/** The statistic of values of which there is at least one. */
export function statisticOf(statistic: string, values: Distribution): number {
  const [, percent] = PERCENTILE.exec(statistic) ?? [];
  if (percent !== undefined) return percentileOf(values, Number(percent));
  const [, kind, low, high] = BOUNDS.exec(statistic) ?? [];
  if (kind !== undefined) {
    const within = countWithin(values, Number(low ?? -Infinity), Number(high ?? Infinity));
    return kind === 'TC' ? within : (100 * within) / countOf(values);
  }
  switch (statistic) {
    case 'SampleCount':
      return countOf(values);
    case 'Average':
      return sumOf(values) / countOf(values);
    case 'Minimum':
      return Math.min(...values.keys());
    case 'Maximum':
      return Math.max(...values.keys());
    default:
      return sumOf(values);
  }
}

function countOf(values: Distribution): number {
  return [...values.values()].reduce((sum, count) => sum + count, 0);
}

function sumOf(values: Distribution): number {
  return [...values].reduce((sum, [value, count]) => sum + value * count, 0);
}

/** The bound below excludes its value and the one above includes it, in "CloudWatch statistics definitions". */
function countWithin(values: Distribution, low: number, high: number): number {
  return [...values].reduce(
    (sum, [value, count]) => (value > low && value <= high ? sum + count : sum),
    0,
  );
}

/** The nearest rank. CloudWatch estimates percentiles; it does not say how. */
function percentileOf(values: Distribution, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * countOf(values)));
  let seen = 0;
  for (const value of [...values.keys()].sort((a, b) => a - b)) {
    seen += values.get(value) ?? 0;
    if (seen >= rank) return value;
  }
  return NaN;
}
