import type { ComparedMetrics } from '../core/checks/comparison.ts';
import { namesVersion, type MetricSource } from '../core/metric-source.ts';
import { parseEntries, type Clause } from './metric-grammar/entries.ts';
import {
  formatMetric,
  isOwn,
  metricKeyOf,
  readDimensions,
  readMetricName,
  sourceOf,
  type Dimensions,
  type MetricName,
} from './metric-grammar/metric.ts';
import { brief, Mistake } from './metric-grammar/tokens.ts';

/** What Lambda's own errors are called among the comparisons. */
const TAKEN = 'errors';

/**
 * Counts of bad ones among all, one per line:
 *
 *     [name:] Namespace:Bad / [Namespace:]Total where Dimension=value, Dimension=value
 *
 * A namespace or `where` that is given once is for both. `Errors` and `Invocations` alone are Lambda's own.
 */
export function parseCompareMetrics(text: string, problems: string[]): readonly ComparedMetrics[] {
  return parseEntries(text, { what: 'metrics to compare', problems, parse: parsePair });
}

function parsePair({ name, tokens }: Clause): ComparedMetrics {
  const bad = readMetricName(tokens);
  const dimensionsOfBad = readDimensions(tokens);
  if (!tokens.takeSymbol('/')) {
    throw tokens.expected('/ between blanks and the metric that counts all, good and bad');
  }
  const total = readMetricName(tokens);
  const dimensionsOfTotal = readDimensions(tokens);
  if (tokens.peek().kind !== 'end') {
    throw tokens.expected(
      dimensionsOfTotal === undefined ? 'where and dimensions' : 'a comma or the end',
    );
  }

  const pair = {
    bad: countOf(bad, shared(bad, dimensionsOfBad, dimensionsOfTotal)),
    total: countOf(inherited(total, bad), shared(total, dimensionsOfTotal, dimensionsOfBad)),
  };
  refuseUseless(pair, bad, total);
  const nameOfPair = name === '' ? bad.name : name;
  if (nameOfPair === TAKEN) {
    throw new Mistake(0, `the name ${brief(TAKEN)} is that of the errors that Lambda counts`);
  }
  return { name: nameOfPair, ...pair };
}

/** Lambda's own take none of what is given for the other one. */
function shared(
  metric: MetricName,
  own: Dimensions | undefined,
  others: Dimensions | undefined,
): Dimensions | undefined {
  return own ?? (isOwn(metric) ? undefined : others);
}

function inherited(total: MetricName, bad: MetricName): MetricName {
  return isOwn(total) ? total : { ...total, namespace: total.namespace ?? bad.namespace };
}

function countOf(metric: MetricName, dimensions: Dimensions | undefined): MetricSource {
  const { at, namespace, name } = metric;
  if (namespace === undefined && !isOwn(metric)) {
    throw new Mistake(
      at,
      `expected a metric with its namespace, like Shop/Api:ServerErrors, found ${brief(name)}`,
    );
  }
  if (isOwn(metric) && name === 'Duration') {
    throw new Mistake(at, 'Duration is a time, and only counts can be compared');
  }
  const source = sourceOf(metric, dimensions, 'Sum');
  if (!namesVersion(source)) {
    throw new Mistake(
      at,
      `no dimension of ${brief(formatMetric({ ...source, dimensions: {} }))} has {version} in its value, so ` +
        'both versions would be compared by the same numbers; add the one that tells them apart, like Version={version}',
    );
  }
  return source;
}

function refuseUseless(
  pair: Pick<ComparedMetrics, 'bad' | 'total'>,
  bad: MetricName,
  total: MetricName,
): void {
  if (metricKeyOf(pair.bad) === metricKeyOf(pair.total)) {
    throw new Mistake(total.at, 'both metrics are the same; the second counts all, good and bad');
  }
  if (isOwn(bad) && isOwn(total)) {
    throw new Mistake(bad.at, 'the errors that Lambda counts are compared anyway; leave this out');
  }
}
