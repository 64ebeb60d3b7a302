import { lambdaMetric, type MetricSource } from '../../core/metric-source.ts';
import { brief, Mistake, type Token, type Tokens } from './tokens.ts';

/** Limits of CloudWatch. */
const MOST_DIMENSIONS = 30;
const LONGEST_WORD = 255;
const LONGEST_VALUE = 1_024;
const LAMBDA = 'AWS/Lambda';

/**
 * The metrics that Lambda is known to publish with ExecutedVersion for the requests that came by an alias: what
 * happened in an invocation. A throttled request was never executed, so no version can be told to have had it.
 */
export const LAMBDA_METRICS = ['Duration', 'Errors', 'Invocations'] as const;

/** A metric by its name. */
export interface MetricName {
  readonly at: number;
  /** Absent when it was not given. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export type Dimensions = Readonly<Record<string, string>>;

/** `Shop/Api:ServerErrors`, `Errors` */
export function readMetricName(tokens: Tokens): MetricName {
  if (tokens.peek().kind !== 'word') {
    throw tokens.expected('a metric, like Duration or Shop/Api:ServerErrors');
  }
  const { at, text, colon } = tokens.take();
  const namespace = colon === -1 ? undefined : text.slice(0, colon);
  const name = text.slice(colon + 1);
  for (const word of [namespace ?? name, name]) {
    if (word.trim() === '') {
      throw new Mistake(at, 'a metric is written as its namespace, a colon and its name');
    }
    refuseLong(word, LONGEST_WORD, at);
    if (/[{}]/.test(word)) {
      throw new Mistake(at, 'placeholders can stand in the values of dimensions only');
    }
  }
  if (namespace === undefined) refuseMisspelt(tokens, name, at);
  return { at, namespace, name };
}

/** What is easily written, and easily understood. */
function refuseMisspelt(tokens: Tokens, name: string, at: number): void {
  if (LAMBDA_METRICS.some((each) => /^[/+-]/.test(name.replace(each, '')))) {
    throw new Mistake(
      at,
      `${brief(name)} is one word; a sign of arithmetic has a blank on both sides`,
    );
  }
  const { raw } = tokens.peek();
  const isName = /^["A-Za-z][^:]*$/.test(raw) && !/^(?:where|for)$/i.test(raw);
  if (isName && !LAMBDA_METRICS.some((each) => each === name)) {
    throw tokens.expected(
      `a colon between the namespace and the metric, as in ${brief(`${name}:${raw}`)}`,
    );
  }
}

/** `where Function={function}, Version={version}`; nothing when there is no such part. */
export function readDimensions(tokens: Tokens): Dimensions | undefined {
  if (!tokens.takeKeyword('where')) return undefined;
  const dimensions = new Map<string, string>();
  do {
    const { at } = tokens.peek();
    const [name, value] = readDimension(tokens);
    if (dimensions.has(name)) throw new Mistake(at, `the dimension ${brief(name)} is given twice`);
    dimensions.set(name, value);
    if (dimensions.size > MOST_DIMENSIONS) {
      throw new Mistake(at, `a metric has at most ${MOST_DIMENSIONS} dimensions`);
    }
  } while (tokens.takeSymbol(','));
  return Object.fromEntries(dimensions);
}

function readDimension(tokens: Tokens): readonly [string, string] {
  if (tokens.peek().kind !== 'word') throw tokens.expected('a dimension, like Version={version}');
  const name = tokens.take();
  if (!tokens.takeSymbol('='))
    throw tokens.expected(`= and the value of the dimension ${brief(name.text)}`);
  if (tokens.peek().kind !== 'word')
    throw tokens.expected(`the value of the dimension ${brief(name.text)}`);
  const value = tokens.take();
  for (const { text, at } of [name, value]) {
    if (text.trim() === '') throw new Mistake(at, 'a dimension has a name and a value');
  }
  refuseLong(name.text, LONGEST_WORD, name.at);
  refuseLong(value.text, LONGEST_VALUE, value.at);
  if (name.text.startsWith(':')) throw new Mistake(name.at, 'a dimension does not begin with :');
  refuseUnknownPlaceholders(value);
  return [name.text, value.text];
}

function refuseLong(text: string, most: number, at: number): void {
  if (text.length > most) {
    throw new Mistake(at, `${brief(text)} is longer than the ${most} characters CloudWatch takes`);
  }
}

function refuseUnknownPlaceholders({ text, at }: Token): void {
  const [unknown] =
    /\{[^{}]*\}|[{}]/.exec(text.replace(/\{(?:function|alias|version)\}/g, '')) ?? [];
  if (unknown === undefined) return;
  throw new Mistake(
    at,
    `${brief(unknown)} is not a placeholder; there are {function}, {alias} and {version}`,
  );
}

/** Whether a metric is one of those that Lambda publishes of each version of an alias. */
export function isOwn({ namespace, name }: MetricName): boolean {
  return namespace === undefined && LAMBDA_METRICS.some((each) => each === name);
}

/** The metric of a name that {@link isOwn} or has its namespace, with the dimensions that were given for it. */
export function sourceOf(
  { at, namespace, name }: MetricName,
  dimensions: Dimensions | undefined,
  statistic: string,
): MetricSource {
  if (namespace === undefined) {
    if (dimensions === undefined) return lambdaMetric(name, statistic);
    throw new Mistake(
      at,
      `${name} alone is Lambda's own and has its dimensions already; for another one write its namespace too, ` +
        `as in Shop/Api:${name}`,
    );
  }
  if (namespace === LAMBDA) refuseUnpublished(name, dimensions, at);
  return { namespace, name, statistic, dimensions: dimensions ?? {} };
}

/** By what Lambda publishes; each only together with those before it. */
const LAMBDA_DIMENSIONS = ['FunctionName', 'Resource', 'ExecutedVersion'];

/** Other metrics of Lambda, as those of event sources, have dimensions of their own. */
function refuseUnpublished(name: string, dimensions: Dimensions | undefined, at: number): void {
  const metric = brief(`${LAMBDA}:${name}`);
  const own = LAMBDA_METRICS.find((each) => each === name);
  const instead = own === undefined ? '' : `, or write ${own} alone for one version`;
  if (dimensions === undefined) {
    throw new Mistake(
      at,
      `${metric} without dimensions is of all functions together; give it dimensions${instead}`,
    );
  }
  const given = Object.keys(dimensions);
  const isPublished = LAMBDA_DIMENSIONS.slice(0, given.length).every((each) =>
    given.includes(each),
  );
  if (own !== undefined && (!isPublished || given.length > LAMBDA_DIMENSIONS.length)) {
    throw new Mistake(
      at,
      `${metric} has the dimension FunctionName, that and Resource, or both and ExecutedVersion${instead}`,
    );
  }
}

/** A metric as it is read, without its statistic. */
export function formatMetric(source: MetricSource): string {
  const { namespace, name, dimensions } = source;
  if (isLambdaMetric(source)) return name;
  const given = Object.entries(dimensions).map(
    ([dimension, value]) => `${formatWord(dimension)}=${formatDimensionValue(value)}`,
  );
  const where = given.length === 0 ? '' : ` where ${given.join(', ')}`;
  return `${formatWord(namespace)}:${formatWord(name)}${where}`;
}

function isLambdaMetric(source: MetricSource): boolean {
  const { namespace, name, statistic } = source;
  return (
    isOwn({ at: 0, namespace: namespace === LAMBDA ? undefined : namespace, name }) &&
    metricKeyOf(source) === metricKeyOf(lambdaMetric(name, statistic))
  );
}

function formatWord(word: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(word) ? word : `"${word}"`;
}

function formatDimensionValue(value: string): string {
  return /^[^\s",()<>']+$/.test(value) ? value : `"${value}"`;
}

/** The same for two metrics that are the same, in whatever order their dimensions are. */
export function metricKeyOf({ namespace, name, statistic, dimensions }: MetricSource): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, statistic, sorted]);
}
