import { AwsError } from '../wire/aws-error.ts';
import type { SimulatorClock } from '../time/clock.ts';
import { datapoints, judge, type AlarmState, type MetricCondition } from './evaluation.ts';
import { MINUTE_MS, type Metrics } from './metrics.ts';
import { isoOf, reasonDataOf, reasonOf } from './reasons.ts';
import { childrenOf, holds, parseRule } from './rules.ts';

export type { AlarmState } from './evaluation.ts';
export type AlarmKind = 'MetricAlarm' | 'CompositeAlarm' | 'LogAlarm';

export interface Alarm {
  readonly name: string;
  readonly kind: AlarmKind;
  readonly condition?: MetricCondition;
  /** The text of a composite alarm's rule. */
  readonly rule?: string;
  readonly configuredAt: number;
  state: AlarmState;
  reason: string;
  /** JSON; empty for none. */
  reasonData: string;
  transitionedAt: number;
  updatedAt: number;
  /** Absent unless CloudWatch has trouble with the alarm. */
  evaluationState?: string | undefined;
}

interface Moment {
  readonly at: number;
  readonly alarm: string;
  readonly kind: AlarmKind;
}

interface Transition extends Moment {
  readonly type: 'StateUpdate';
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly fromReason: string;
  readonly reason: string;
  readonly reasonData: string;
}

interface Configured extends Moment {
  readonly type: 'ConfigurationUpdate';
  readonly what: 'created' | 'updated' | 'deleted';
}

export type HistoryItem = Transition | Configured;

/** CloudWatch's alarms, and what became of them. */
export interface Alarms {
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Stays when an alarm is deleted. */
  readonly history: readonly HistoryItem[];
  readonly arnOf: (name: string) => string;
  readonly putMetricAlarm: (
    name: string,
    condition: Partial<MetricCondition> & Pick<MetricCondition, 'metricName'>,
  ) => Alarm;
  readonly putCompositeAlarm: (name: string, rule: string) => Alarm;
  /** Its state changes by {@link setState} alone. */
  readonly putLogAlarm: (name: string) => Alarm;
  readonly delete: (name: string) => void;
  /**
   * A metric alarm goes back to its true state at its next evaluation, a composite one when a child
   * changes.
   */
  readonly setState: (name: string, state: AlarmState, reason: string, reasonData?: string) => void;
  readonly setEvaluationState: (name: string, evaluationState: string | undefined) => void;
  /** What CloudWatch does once a minute. */
  readonly evaluate: (at: number) => void;
}

export interface AlarmsOptions {
  readonly clock: SimulatorClock;
  readonly metrics: Metrics;
  readonly region: string;
  readonly account: string;
  /** How long after its end a minute's metrics can be seen. */
  readonly publicationDelayMs: number;
  /** Lets everything happen that is due before somebody changes an alarm. */
  readonly catchUp: () => void;
}

export function createAlarms(options: AlarmsOptions): Alarms {
  const { clock, metrics, publicationDelayMs, catchUp } = options;
  const alarms = new Map<string, Alarm>();
  const history: HistoryItem[] = [];
  const arnOf = (name: string) =>
    `arn:aws:cloudwatch:${options.region}:${options.account}:alarm:${name}`;

  function put(alarm: Pick<Alarm, 'name' | 'kind' | 'condition' | 'rule'>): Alarm {
    catchUp();
    const before = alarms.get(alarm.name);
    const at = clock.now();
    const configured: Alarm = {
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      reasonData: '',
      transitionedAt: at,
      updatedAt: at,
      ...before,
      configuredAt: at,
      ...alarm,
    };
    alarms.set(alarm.name, configured);
    log(configured, before === undefined ? 'created' : 'updated');
    return configured;
  }

  function log({ name, kind }: Alarm, what: Configured['what']): void {
    history.push({ type: 'ConfigurationUpdate', at: clock.now(), alarm: name, kind, what });
  }

  function existing(name: string): Alarm {
    catchUp();
    const alarm = alarms.get(name);
    if (alarm === undefined) throw new AwsError(404, 'ResourceNotFound', '');
    return alarm;
  }

  function change(
    alarm: Alarm,
    to: { readonly state: AlarmState; readonly reason: string; readonly reasonData: string },
    at: number,
  ): void {
    const { name, kind, state: from, reason: fromReason } = alarm;
    alarm.reason = to.reason;
    alarm.reasonData = to.reasonData;
    alarm.updatedAt = at;
    if (from === to.state) return;
    const { state, reason, reasonData } = to;
    history.push({
      type: 'StateUpdate',
      at,
      alarm: name,
      kind,
      from,
      fromReason,
      to: state,
      reason,
      reasonData,
    });
    alarm.state = state;
    alarm.transitionedAt = at;
    for (const parent of alarms.values()) {
      const { rule } = parent;
      if (rule !== undefined && childrenOf(parseRule(rule)).includes(name)) {
        evaluateRule(parent, { rule, at, trigger: alarm });
      }
    }
  }

  function evaluateRule(
    alarm: Alarm,
    { rule, at, trigger }: { readonly rule: string; readonly at: number; readonly trigger?: Alarm },
  ): void {
    const holding = holds(parseRule(rule), (name) => alarms.get(name)?.state);
    const state = holding ? 'ALARM' : 'OK';
    if (state === alarm.state) return;
    const reason =
      trigger === undefined
        ? `${arnOf(alarm.name)} was created and its alarm rule evaluates to ${state}`
        : `${arnOf(trigger.name)} transitioned to ${trigger.state} at ${new Date(at).toUTCString()}`;
    const triggeringAlarms = [...(trigger === undefined ? [] : [trigger])].map((each) => ({
      arn: arnOf(each.name),
      state: { value: each.state, timestamp: isoOf(at) },
    }));
    change(alarm, { state, reason, reasonData: JSON.stringify({ triggeringAlarms }) }, at);
  }

  function evaluateMetric(alarm: Alarm, condition: MetricCondition, at: number): void {
    const found = datapoints(condition, metrics.read, at - publicationDelayMs);
    const warmUpMs = (condition.warmUpMinutes ?? 0) * MINUTE_MS;
    const warmsUp = at < alarm.configuredAt + warmUpMs;
    if (warmsUp && found.length < condition.evaluationPeriods) return;
    const state = judge(condition, found);
    if (state === undefined || state === alarm.state) return;
    const reason = reasonOf(condition, found, { from: alarm.state, to: state });
    change(alarm, { state, reason, reasonData: reasonDataOf(condition, found, at) }, at);
  }

  return {
    alarms,
    history,
    arnOf,
    putMetricAlarm(name, given) {
      const evaluationPeriods = given.evaluationPeriods ?? 1;
      const condition: MetricCondition = {
        namespace: 'AWS/Lambda',
        dimensions: {},
        statistic: 'Sum',
        periodSeconds: MINUTE_MS / 1000,
        threshold: 0,
        comparison: 'GreaterThanThreshold',
        ...given,
        evaluationPeriods,
      };
      return put({ name, kind: 'MetricAlarm', condition });
    },
    putCompositeAlarm(name, rule) {
      const missing = childrenOf(parseRule(rule)).filter((child) => !alarms.has(child));
      if (missing.length > 0) {
        throw new AwsError(
          400,
          'ValidationError',
          `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
        );
      }
      const alarm = put({ name, kind: 'CompositeAlarm', rule });
      evaluateRule(alarm, { rule, at: clock.now() });
      return alarm;
    },
    putLogAlarm: (name) => put({ name, kind: 'LogAlarm' }),
    delete(name) {
      catchUp();
      const alarm = alarms.get(name);
      if (alarm === undefined) return;
      alarms.delete(name);
      log(alarm, 'deleted');
    },
    setState(name, state, reason, reasonData = '') {
      change(existing(name), { state, reason, reasonData }, clock.now());
    },
    setEvaluationState(name, evaluationState) {
      const alarm = existing(name);
      alarm.evaluationState = evaluationState;
      alarm.updatedAt = clock.now();
    },
    evaluate(at) {
      for (const alarm of alarms.values()) {
        if (alarm.condition !== undefined) evaluateMetric(alarm, alarm.condition, at);
      }
    },
  };
}
