import type { Expression, MetricCheck, Operator } from '../../core/checks/thresholds.ts';
import type { MetricSource } from '../../core/metric-source.ts';
import {
  formatMetric,
  isOwn,
  metricKeyOf,
  LAMBDA_METRICS,
  readDimensions,
  readMetricName,
  sourceOf,
  type MetricName,
} from './metric.ts';
import { brief, Mistake, type Token, type Tokens } from './tokens.ts';

const MOST_METRICS = 10;
const DEEPEST = 20;

/** An expression, and the metrics that it speaks of by their index. */
type Measured = Pick<MetricCheck, 'expression' | 'sources'>;

/** What is read of an expression while it is read. */
interface Reading {
  readonly tokens: Tokens;
  /** Those that were met so far. */
  readonly sources: MetricSource[];
  /** In how many parentheses. */
  readonly depth: number;
}

/**
 * What is measured: numbers and metrics with the signs of arithmetic, each metric once.
 * @throws {Mistake} where something else stands
 */
export function readExpression(tokens: Tokens): Measured {
  const sources: MetricSource[] = [];
  return { expression: readSum({ tokens, sources, depth: 0 }), sources };
}

function readSum(reading: Reading): Expression {
  return readChain(reading, ['+', '-'], readProduct);
}

function readProduct(reading: Reading): Expression {
  return readChain(reading, ['*', '/'], readOperand);
}

function readChain(
  reading: Reading,
  operators: readonly Operator[],
  readPart: (reading: Reading) => Expression,
): Expression {
  let left = readPart(reading);
  for (;;) {
    const operator = operators.find((each) => reading.tokens.takeSymbol(each));
    if (operator === undefined) return left;
    left = { kind: 'operation', operator, left, right: readPart(reading) };
  }
}

function readOperand(reading: Reading): Expression {
  const { tokens } = reading;
  const { at, kind, text } = tokens.peek();
  if (tokens.takeSymbol('(')) {
    if (reading.depth >= DEEPEST) {
      throw new Mistake(at, `parentheses go at most ${DEEPEST} deep`);
    }
    const inner = readSum({ ...reading, depth: reading.depth + 1 });
    if (!tokens.takeSymbol(')')) throw tokens.expected(') or a sign of arithmetic between blanks');
    return inner;
  }
  const isNegative = text === '-' && tokens.peek(1).kind === 'number';
  if (kind === 'number' || isNegative) {
    return { kind: 'number', value: readNumber(tokens) };
  }
  return readMetric(reading);
}

/** A number as it is written in expressions and limits: a sign, digits, a point. */
export function readNumber(tokens: Tokens): number {
  const sign = tokens.takeSymbol('-') ? -1 : 1;
  if (tokens.peek().kind !== 'number') throw tokens.expected('a number, like 800 or 0.5');
  const { at, text } = tokens.take();
  if (!/^\d{1,12}(?:\.\d{1,6})?$/.test(text)) {
    throw new Mistake(at, 'a number has at most 12 digits, and 6 more after the point');
  }
  if (tokens.peek().text === ',')
    throw tokens.expected('a number without commas, like 1000 or 0.5');
  const value = Number(text);
  return value === 0 ? 0 : sign * value;
}

function readMetric({ tokens, sources }: Reading): Expression {
  const statistic = statisticOf(tokens.peek());
  if (statistic === undefined) {
    throw tokens.expected(
      `a statistic (${STATISTIC_WORDS.join(', ')} or a percentile like p99) and a metric`,
    );
  }
  tokens.take();
  const metric = readMetricName(tokens);
  const dimensions = readDimensions(tokens);
  if (metric.namespace === undefined && !isOwn(metric))
    throw new Mistake(metric.at, unknown(metric));
  const source = sourceOf(metric, dimensions, statistic);

  const key = metricKeyOf(source);
  const known = sources.findIndex((each) => metricKeyOf(each) === key);
  if (known !== -1) return { kind: 'source', index: known };
  if (sources.length >= MOST_METRICS) {
    throw new Mistake(metric.at, `a check has at most ${MOST_METRICS} metrics`);
  }
  sources.push(source);
  return { kind: 'source', index: sources.length - 1 };
}

function unknown({ name }: MetricName): string {
  const meant = LAMBDA_METRICS.find((each) => each.toLowerCase() === name.toLowerCase());
  if (meant !== undefined) return `${brief(name)} is written ${meant}`;
  return (
    `${brief(name)} is not among the metrics that Lambda has of each version (${LAMBDA_METRICS.join(', ')}); ` +
    'write any other with its namespace and dimensions, like Shop/Queue:Age where Queue=orders'
  );
}

/** What the statistics of CloudWatch are called here. */
const STATISTICS = new Map([
  ['sum', 'Sum'],
  ['average', 'Average'],
  ['minimum', 'Minimum'],
  ['maximum', 'Maximum'],
  ['samples', 'SampleCount'],
]);
const STATISTIC_WORDS = [...STATISTICS.keys()];

function statisticOf({ kind, raw }: Token): string | undefined {
  if (kind !== 'word') return undefined;
  const word = raw.toLowerCase();
  const isPercentile = /^p(?:\d{1,2}(?:\.\d{1,10})?|100)$/.test(word) && Number(word.slice(1)) > 0;
  return isPercentile ? word : STATISTICS.get(word);
}

/** An expression as it is read, with no more parentheses than it takes. */
export function formatExpression(expression: Expression, sources: readonly MetricSource[]): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'source':
      return formatSource(sources[expression.index]);
    case 'operation': {
      const { operator, left, right } = expression;
      const rank = rankOf(expression);
      const part = (operand: Expression, least: number) => {
        const text = formatExpression(operand, sources);
        return rankOf(operand) < least ? `(${text})` : text;
      };
      return `${part(left, rank)} ${operator} ${part(right, rank + 1)}`;
    }
  }
}

function rankOf(expression: Expression): number {
  if (expression.kind !== 'operation') return 3;
  return expression.operator === '*' || expression.operator === '/' ? 2 : 1;
}

function formatSource(source: MetricSource | undefined): string {
  if (source === undefined) return '';
  const words = [...STATISTICS].find(([, statistic]) => statistic === source.statistic);
  return `${words?.[0] ?? source.statistic} ${formatMetric(source)}`;
}
