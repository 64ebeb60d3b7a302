import { AwsError } from './aws-error.ts';
import type { SimulatorClock } from './clock.ts';
import { MINUTE_MS, type Dimensions, type Metrics } from './metrics.ts';
import { childrenOf, ruleHolds } from './rules.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type AlarmKind = 'MetricAlarm' | 'CompositeAlarm' | 'LogAlarm';

export interface MetricCondition {
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly treatMissingData: string;
}

export interface Alarm {
  readonly name: string;
  readonly kind: AlarmKind;
  readonly condition?: MetricCondition;
  readonly rule?: string;
  state: AlarmState;
  reason: string;
  transitionedAt: number;
  updatedAt: number;
  /** Absent unless CloudWatch has trouble with the alarm. */
  evaluationState?: string | undefined;
}

export interface HistoryItem {
  readonly at: number;
  readonly alarm: string;
  readonly kind: AlarmKind;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

export interface Alarms {
  readonly alarms: Map<string, Alarm>;
  readonly history: readonly HistoryItem[];
  putMetricAlarm(
    name: string,
    condition: Partial<MetricCondition> & Pick<MetricCondition, 'metricName'>,
  ): Alarm;
  putCompositeAlarm(name: string, rule: string): Alarm;
  /** Its state changes by {@link setState} alone. */
  putLogAlarm(name: string): Alarm;
  delete(name: string): void;
  /** A metric alarm goes back to its true state at its next evaluation. */
  setState(name: string, state: AlarmState, reason: string): void;
  /** What CloudWatch does once a minute. */
  evaluate(at: number): void;
}

export interface AlarmsOptions {
  readonly clock: SimulatorClock;
  readonly metrics: Metrics;
  /** How long after its end a minute's metrics can be seen. */
  readonly publicationDelayMs: number;
}

export function createAlarms({ clock, metrics, publicationDelayMs }: AlarmsOptions): Alarms {
  const alarms = new Map<string, Alarm>();
  const history: HistoryItem[] = [];

  function put(alarm: Pick<Alarm, 'name' | 'kind' | 'condition' | 'rule'>): Alarm {
    const before = alarms.get(alarm.name);
    const now = clock.now();
    const created: Alarm = {
      state: before?.state ?? 'INSUFFICIENT_DATA',
      reason: before?.reason ?? 'Unchecked: Initial alarm creation',
      transitionedAt: before?.transitionedAt ?? now,
      updatedAt: now,
      ...alarm,
    };
    alarms.set(alarm.name, created);
    return created;
  }

  function change(alarm: Alarm, state: AlarmState, reason: string, at: number): void {
    alarm.reason = reason;
    alarm.updatedAt = at;
    if (alarm.state === state) return;
    const { name, kind, state: from } = alarm;
    history.push({ at, alarm: name, kind, from, to: state, reason });
    alarm.state = state;
    alarm.transitionedAt = at;
    for (const parent of alarms.values()) {
      if (parent.rule !== undefined && childrenOf(parent.rule).includes(name)) {
        evaluateRule(parent, at);
      }
    }
  }

  function evaluateRule(alarm: Alarm, at: number): void {
    const holds = ruleHolds(alarm.rule ?? 'FALSE', (name) => alarms.get(name)?.state);
    const red = childrenOf(alarm.rule ?? '').filter((name) => alarms.get(name)?.state === 'ALARM');
    if (holds) change(alarm, 'ALARM', `The rule holds; in ALARM: ${red.join(', ')}`, at);
    else change(alarm, 'OK', 'The rule does not hold', at);
  }

  function evaluateMetric(alarm: Alarm, condition: MetricCondition, at: number): void {
    const values = datapoints(condition, at);
    const present = values.filter((value) => value !== undefined);
    const { treatMissingData, threshold, evaluationPeriods, datapointsToAlarm } = condition;
    if (present.length === 0 && treatMissingData === 'ignore') return;
    if (present.length === 0 && treatMissingData === 'missing') {
      change(alarm, 'INSUFFICIENT_DATA', 'Insufficient Data: no datapoints were received', at);
      return;
    }
    const breaching = values.filter((value) =>
      value === undefined ? treatMissingData === 'breaching' : breaches(value, condition),
    ).length;
    const red = breaching >= datapointsToAlarm;
    change(
      alarm,
      red ? 'ALARM' : 'OK',
      `Threshold Crossed: ${red ? breaching : evaluationPeriods - breaching} out of the last ` +
        `${evaluationPeriods} datapoints [${present.map((value) => value.toFixed(1)).join(', ')}] ` +
        `${red ? 'was' : 'was not'} ${WORDS[condition.comparison] ?? ''} the threshold (${threshold.toFixed(1)}).`,
      at,
    );
  }

  /** The newest periods whose metrics can be seen, oldest first. */
  function datapoints(
    { metricName, dimensions, statistic, periodSeconds, evaluationPeriods }: MetricCondition,
    at: number,
  ): readonly (number | undefined)[] {
    const period = periodSeconds * 1000;
    const end = Math.floor((at - publicationDelayMs) / period) * period;
    return Array.from({ length: evaluationPeriods }, (_, index) => {
      const from = end - (evaluationPeriods - index) * period;
      return metrics.read({ metricName, dimensions, statistic, from, to: from + period });
    });
  }

  return {
    alarms,
    history,
    putMetricAlarm(name, given) {
      const evaluationPeriods = given.evaluationPeriods ?? 1;
      const condition: MetricCondition = {
        dimensions: {},
        statistic: 'Sum',
        periodSeconds: MINUTE_MS / 1000,
        threshold: 0,
        comparison: 'GreaterThanThreshold',
        treatMissingData: 'missing',
        datapointsToAlarm: evaluationPeriods,
        ...given,
        evaluationPeriods,
      };
      return put({ name, kind: 'MetricAlarm', condition });
    },
    putCompositeAlarm(name, rule) {
      const alarm = put({ name, kind: 'CompositeAlarm', rule });
      evaluateRule(alarm, clock.now());
      return alarm;
    },
    putLogAlarm: (name) => put({ name, kind: 'LogAlarm' }),
    delete: (name) => {
      alarms.delete(name);
    },
    setState(name, state, reason) {
      const alarm = alarms.get(name);
      if (alarm === undefined) throw new AwsError(404, 'ResourceNotFound', `No alarm ${name}`);
      change(alarm, state, reason, clock.now());
    },
    evaluate(at) {
      for (const alarm of alarms.values()) {
        if (alarm.condition !== undefined) evaluateMetric(alarm, alarm.condition, at);
      }
    },
  };
}

const WORDS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

function breaches(value: number, { comparison, threshold }: MetricCondition): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      return value <= threshold;
  }
}
