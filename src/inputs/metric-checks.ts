import {
  conditionOf,
  type Expression,
  type MetricCheck,
  type Order,
  type Unit,
} from '../core/checks/thresholds.ts';
import { namesVersion, type MetricSource } from '../core/metric-source.ts';
import { parseEntries, type Clause } from './metric-grammar/entries.ts';
import { formatExpression, readExpression, readNumber } from './metric-grammar/expression.ts';
import { formatMetric } from './metric-grammar/metric.ts';
import { brief, Mistake, type Tokens } from './metric-grammar/tokens.ts';

const LONGEST_WINDOW = 60;
/** All of a year's, and few enough for a number of milliseconds that can be read again. */
const LONGEST_SECONDS = 366 * 24 * 3_600;

/**
 * What must hold of metrics, one condition per line:
 *
 *     [name:] p99 Duration < 800 ms [for 3 of 5 min] [of all versions]
 *     [name:] 100 * sum Namespace:Metric where Dimension=value / sum Invocations < 2 %
 *
 * The condition says what is good; the check fails when it did not hold in so many of the last minutes with data.
 */
export function parseMetricChecks(text: string, problems: string[]): readonly MetricCheck[] {
  return parseEntries(text, { what: 'metric checks', problems, parse: parseCheck });
}

function parseCheck({ name, tokens }: Clause): MetricCheck {
  const { at } = tokens.peek();
  const { expression, sources } = readExpression(tokens);
  const order = readOrder(tokens);
  if (sources.length === 0) {
    throw new Mistake(
      at,
      'no metric is compared here; write it first, as in p99 Duration < 800 ms',
    );
  }
  const limit = readLimit(tokens, expression, sources);
  const window = readWindow(tokens);
  refuseUnnamed(sources, { at, isAskedFor: readAllVersions(tokens) });
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
  if (tokens.peek().kind !== 'end' && !tokens.isKeyword('for', 'of')) {
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
  if (failing > of) throw new Mistake(at, `${failing} of ${of} minutes can never be`);
  return { failing, of };
}

function readAllVersions(tokens: Tokens): boolean {
  const isAskedFor = tokens.takeKeyword('of');
  if (isAskedFor && !(tokens.takeKeyword('all') && tokens.takeKeyword('versions'))) {
    throw tokens.expected('"all versions", as in "of all versions"');
  }
  if (tokens.peek().kind !== 'end') throw tokens.expected('the end of the line');
  return isAskedFor;
}

/** What both versions add to would blame the new one for the old one, so that it must be asked for. */
function refuseUnnamed(
  sources: readonly MetricSource[],
  { at, isAskedFor }: { readonly at: number; readonly isAskedFor: boolean },
): void {
  const unnamed = sources.find((source) => !namesVersion(source));
  if (isAskedFor || unnamed === undefined) return;
  throw new Mistake(
    at,
    `no dimension of ${brief(formatMetric({ ...unnamed, dimensions: {} }))} has {version} in its value, so the new ` +
      'version would be judged by what all versions do; add the one that tells them apart, like Version={version}, or, ' +
      'if that is meant, write "of all versions" at the end of the line',
  );
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
