import {
  conditionOf,
  type Expression,
  type MetricCheck,
  type Operator,
  type Order,
  type Unit,
} from '../core/checks/thresholds.ts';
import type { MetricSource } from '../core/checks/metric-source.ts';
import { parseEntries, type Entry } from './metric-grammar/entries.ts';
import {
  formatMetric,
  isOwn,
  keyOf,
  LAMBDA_METRICS,
  readDimensions,
  readMetricName,
  sourceOf,
  type MetricName,
} from './metric-grammar/metric.ts';
import { brief, Mistake, type Token, type Tokens } from './metric-grammar/tokens.ts';

const LONGEST_WINDOW = 60;
const MOST_METRICS = 10;
const DEEPEST = 20;
/** All of a year's, and few enough for a number of milliseconds that can be read again. */
const LONGEST_SECONDS = 366 * 24 * 3_600;

/**
 * What must hold of metrics, one condition per line:
 *
 *     [name:] p99 Duration < 800 ms [for 3 of 5 min]
 *     [name:] 100 * sum Namespace:Metric where Dimension=value / sum Invocations < 2 %
 *
 * The condition says what is good; the check fails when it did not hold in so many of the last minutes with data.
 */
export function parseMetricChecks(text: string, problems: string[]): readonly MetricCheck[] {
  return parseEntries(text, { what: 'metric checks', problems, parse: parseCheck });
}

function parseCheck({ name, tokens }: Entry): MetricCheck {
  const { at } = tokens.peek();
  const sources: MetricSource[] = [];
  const expression = readSum({ tokens, sources, depth: 0 });
  const order = readOrder(tokens);
  if (sources.length === 0) {
    throw new Mistake(
      at,
      'no metric is compared here; write it first, as in p99 Duration < 800 ms',
    );
  }
  const limit = readLimit(tokens, expression, sources);
  const window = readWindow(tokens);
  const measured = formatExpression(expression, sources);
  const condition = { measured, order, ...limit };
  return {
    name: name === '' ? conditionOf(condition) : name,
    ...condition,
    expression,
    sources,
    ...window,
  };
}

/** What is read of an expression while it is read. */
interface Reading {
  readonly tokens: Tokens;
  /** Those that were met so far. */
  readonly sources: MetricSource[];
  /** In how many parentheses. */
  readonly depth: number;
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

function readNumber(tokens: Tokens): number {
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

  const key = keyOf(source);
  const known = sources.findIndex((each) => keyOf(each) === key);
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

const ORDERS: readonly Order[] = ['<', '<=', '>', '>='];

function readOrder(tokens: Tokens): Order {
  const order = ORDERS.find((each) => tokens.takeSymbol(each));
  if (order !== undefined) return order;
  throw tokens.expected(`a comparison (${ORDERS.join(' ')}) or a sign of arithmetic`);
}

const UNITS: readonly Unit[] = ['ms', 's', '%'];

function readLimit(
  tokens: Tokens,
  expression: Expression,
  sources: readonly MetricSource[],
): Pick<MetricCheck, 'threshold' | 'unit'> {
  const given = readNumber(tokens);
  const { at } = tokens.peek();
  const unit = UNITS.find((each) => tokens.takeKeyword(each)) ?? '';
  if (tokens.peek().kind !== 'end' && !tokens.isKeyword('for')) {
    throw tokens.expected(`${unit === '' ? 'a unit (ms, s, %), ' : ''}"for 3 of 5 min" or the end`);
  }
  const problem = unitProblem(unit, expression, sources);
  if (problem !== undefined) throw new Mistake(at, problem);
  // The unit of a metric that is not Lambda's is not known: there it only says what the number is.
  if (unit !== 's' || !isMilliseconds(expression, sources)) return { threshold: given, unit };
  if (Math.abs(given) > LONGEST_SECONDS) throw new Mistake(at, 'no function runs for as long');
  return { threshold: Number((given * 1_000).toPrecision(15)), unit: 'ms' };
}

/** With a unit that is not what is measured, a check would always fail or never. */
function unitProblem(
  unit: Unit,
  expression: Expression,
  sources: readonly MetricSource[],
): string | undefined {
  switch (unit) {
    case '':
      return isMilliseconds(expression, sources)
        ? 'a time needs its unit, like 800 ms or 0.8 s'
        : undefined;
    case 'ms':
    case 's':
      return sources.some(isOfLambda) && !isMilliseconds(expression, sources)
        ? `what is measured here is not clearly a time; leave ${unit} out and give the number as it comes out`
        : undefined;
    case '%':
      return isHundredfold(expression) || isForeign(expression, sources)
        ? undefined
        : 'what is measured here is not clearly a percentage; multiply a share by 100, as in ' +
            '100 * sum Errors / sum Invocations, or leave % out';
  }
}

function isOfLambda(source: MetricSource | undefined): boolean {
  return source?.namespace === 'AWS/Lambda';
}

/** The metrics of Lambda that CloudWatch has in milliseconds. */
const TIMES: readonly string[] = [
  'Duration',
  'PostRuntimeExtensionsDuration',
  'IteratorAge',
  'AsyncEventAge',
];

function isMilliseconds(expression: Expression, sources: readonly MetricSource[]): boolean {
  return powerOfTime(expression, sources) === 1;
}

/**
 * 1 for a time, 0 for a count or a quotient of times. Undefined when it is not known, and when a number is in it:
 * `p99 Duration / 1000` is a time too, but not in milliseconds.
 */
function powerOfTime(expression: Expression, sources: readonly MetricSource[]): number | undefined {
  switch (expression.kind) {
    case 'number':
      return undefined;
    case 'source': {
      const source = sources[expression.index];
      if (source?.statistic === 'SampleCount') return 0;
      if (!isOfLambda(source)) return undefined;
      return TIMES.includes(source?.name ?? '') ? 1 : 0;
    }
    case 'operation': {
      const left = powerOfTime(expression.left, sources);
      const right = powerOfTime(expression.right, sources);
      if (left === undefined || right === undefined) return undefined;
      if (expression.operator === '*') return left + right;
      if (expression.operator === '/') return left - right;
      return left === right ? left : undefined;
    }
  }
}

/** Whether it is one metric just as it is, of which nothing is known. */
function isForeign(expression: Expression, sources: readonly MetricSource[]): boolean {
  return expression.kind === 'source' && !isOfLambda(sources[expression.index]);
}

function isHundredfold(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
      return expression.value === 100;
    case 'source':
      return false;
    case 'operation':
      return isHundredfold(expression.left) || isHundredfold(expression.right);
  }
}

function readWindow(tokens: Tokens): Pick<MetricCheck, 'failing' | 'of'> {
  if (!tokens.takeKeyword('for')) return { failing: 1, of: 1 };
  const { at } = tokens.peek();
  const failing = readMinutes(tokens);
  if (!tokens.takeKeyword('of')) throw tokens.expected('"of", as in "for 3 of 5 min"');
  const of = readMinutes(tokens);
  if (!tokens.takeKeyword('min', 'm', 'minute', 'minutes')) throw tokens.expected('"min"');
  if (tokens.peek().kind !== 'end') throw tokens.expected('the end of the line');
  if (failing > of) throw new Mistake(at, `${failing} of ${of} minutes can never be`);
  return { failing, of };
}

function readMinutes(tokens: Tokens): number {
  const { kind, text } = tokens.peek();
  const minutes = Number(text);
  const isPossible = Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_WINDOW;
  if (kind !== 'number' || !isPossible) {
    throw tokens.expected(`a number of minutes from 1 to ${LONGEST_WINDOW}`);
  }
  tokens.take();
  return minutes;
}

/** An expression as it is read, with no more parentheses than it takes. */
function formatExpression(expression: Expression, sources: readonly MetricSource[]): string {
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
