import { minuteOfDay } from '../text/duration.ts';
import { oneLine, shorten } from '../text/markdown.ts';
import type { MetricSource, Series } from '../metric-source.ts';
import type { SeenState } from './seen.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';

export type Operator = '+' | '-' | '*' | '/';
export type Order = '<' | '<=' | '>' | '>=';
export type Unit = 'ms' | 's' | '%' | '';

/** What is measured, minute by minute: numbers, metrics, and arithmetic of these. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  /** Which of the check's sources. */
  | { readonly kind: 'source'; readonly index: number }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** What must hold of metrics, whatever the baseline does. */
export interface MetricCheck {
  /** The condition itself where the user gave no name. */
  readonly name: string;
  /** The expression as text: `p99 Duration`. */
  readonly measured: string;
  readonly expression: Expression;
  /** With placeholders; each occurs in the expression. */
  readonly sources: readonly MetricSource[];
  /** What is good: the measured value, this, the threshold. */
  readonly order: Order;
  /** In the unit that the metrics are published in. */
  readonly threshold: number;
  /** Only shown. */
  readonly unit: Unit;
  /** The check fails when the condition did not hold in this many … */
  readonly failing: number;
  /** … of this many minutes. */
  readonly of: number;
}

/** What became of a condition; its detail is the last value that was measured. */
export interface ThresholdFinding extends SeenState {
  readonly kind: 'threshold';
  /** The minutes that speak against the condition, when there are too many; otherwise empty. */
  readonly breaches: string;
}

export interface TimedValue {
  /** Epoch milliseconds of the beginning of its minute. */
  readonly at: number;
  readonly value: number;
}

export interface CheckResult {
  readonly verdict: Verdict;
  /** The last value there is; null when no minute had data, and then the verdict is `pass`. */
  readonly latest: TimedValue | null;
  /** In how many of the last minutes with data the condition did not hold. */
  readonly breaches: number;
}

/**
 * The last minutes that have data, as many as a check goes by; minutes without are passed over, however many there are.
 * @param before those of earlier minutes
 * @param series by the numbers that the sources have in the check
 * @param settledMinutes the minutes whose metrics are complete, in order of time
 */
export function measuredIn(
  check: MetricCheck,
  before: readonly TimedValue[],
  series: Readonly<Record<number, Series>>,
  settledMinutes: readonly number[],
): readonly TimedValue[] {
  const measured = settledMinutes.flatMap((at): readonly TimedValue[] => {
    const value = valueAt(check.expression, series, at);
    return value === undefined ? [] : [{ at, value }];
  });
  return [...before, ...measured].slice(-check.of);
}

/** @param measured the last minutes that have data, in order of time */
export function evaluateCheck(check: MetricCheck, measured: readonly TimedValue[]): CheckResult {
  const breaches = measured.slice(-check.of).filter(({ value }) => !holds(check, value));
  return {
    verdict:
      breaches.length < check.failing
        ? PASS
        : { kind: 'fail', reason: describeBreaches(check, breaches) },
    latest: measured.at(-1) ?? null,
    breaches: breaches.length,
  };
}

/** Nothing when a metric has no value in that minute, or there is a division by zero. */
function valueAt(
  expression: Expression,
  series: Readonly<Record<number, Series>>,
  at: number,
): number | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'source':
      return series[expression.index]?.get(at);
    case 'operation': {
      const left = valueAt(expression.left, series, at);
      const right = valueAt(expression.right, series, at);
      if (left === undefined || right === undefined) return undefined;
      const value = calculate(left, expression.operator, right);
      return Number.isFinite(value) ? value : undefined;
    }
  }
}

function calculate(left: number, operator: Operator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

function holds({ order, threshold }: MetricCheck, value: number): boolean {
  switch (order) {
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
  }
}

/** `p99 Duration < 800 ms` */
export function conditionOf({
  measured,
  order,
  threshold,
  unit,
}: Pick<MetricCheck, 'measured' | 'order' | 'threshold' | 'unit'>): string {
  return `${measured} ${order} ${withUnit(String(threshold), unit)}`;
}

/** Of one that a step ended with and that never had a value. @param name with the target */
export function uncheckedWords(name: string, check: Parameters<typeof conditionOf>[0]): string {
  return `metric-checks: ${name} had no data: it was not checked (${conditionOf(check)}).`;
}

const FEWEST_DIGITS = 4;
const MOST_DIGITS = 17;

/**
 * `1,204 ms`, rounded, but never so far that the condition would seem to hold when it does not, or the other
 * way round.
 */
export function formatValue(value: number, check: MetricCheck): string {
  let digits = Math.max(FEWEST_DIGITS, String(Math.trunc(Math.abs(value))).length);
  const rounded = () => Number(value.toPrecision(Math.min(digits, MOST_DIGITS)));
  while (digits < MOST_DIGITS && holds(check, rounded()) !== holds(check, value)) digits += 1;
  return withUnit(decimal(rounded()), check.unit);
}

/** Beyond these, a number is unreadable with all its digits. */
const LEAST_DECIMAL = 1e-6;
const MOST_DECIMAL = 1e15;
/** All digits of the least. */
const MOST_DECIMALS = 25;

function decimal(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= LEAST_DECIMAL && size < MOST_DECIMAL)
    ? value.toLocaleString('en-US', { maximumFractionDigits: MOST_DECIMALS })
    : String(value);
}

function withUnit(number: string, unit: Unit): string {
  return unit === '' ? number : `${number} ${unit}`;
}

/** So many minutes that speak against a condition are told, the latest. */
export const MOST_TOLD = 5;
const LONGEST_TEXT = 200;

/**
 * `slow: p99 Duration was 912.4 ms at 14:03, 1,204 ms at 14:05 and 998 ms at 14:06 UTC; it must be < 800 ms (3 of
 * 5 min are too many)`
 */
function describeBreaches(check: MetricCheck, breaches: readonly TimedValue[]): string {
  const told = breaches
    .slice(-MOST_TOLD)
    .map(({ at, value }) => `${formatValue(value, check)} at ${minuteOfDay(at)}`);
  const latest = breaches.length > MOST_TOLD ? ` (the latest of ${breaches.length})` : '';
  const required = withUnit(decimal(check.threshold), check.unit);
  const tooMany = check.of > 1 ? ` (${check.failing} of ${check.of} min are too many)` : '';
  return (
    `${subjectOf(check)} was ${listed(told)} UTC${latest}; ` +
    `it must be ${check.order} ${required}${tooMany}`
  );
}

/** A check without a name of its own need not be told twice what it measures. */
function subjectOf(check: MetricCheck): string {
  const measured = shorten(check.measured, LONGEST_TEXT);
  const subject =
    check.name === conditionOf(check)
      ? measured
      : `${shorten(check.name, LONGEST_TEXT)}: ${measured}`;
  return oneLine(subject);
}

/** `a, b and c` */
function listed(parts: readonly string[]): string {
  const last = parts.slice(-1);
  const others = parts.slice(0, -1).join(', ');
  return others === '' ? last.join('') : `${others} and ${last.join('')}`;
}
