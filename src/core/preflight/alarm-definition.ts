/** One metric that an alarm reads. */
export interface AlarmMetric {
  /** What a metric math expression calls it; empty when there is no expression. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `p99`, …; an open set. */
  readonly statistic: string;
  readonly periodSeconds: number;
}

/** What a metric alarm watches. */
export interface AlarmDefinition {
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** As many of the evaluation periods must be bad. */
  readonly datapointsToAlarm: number;
  /** Absent when the alarm compares with a band of expected values. */
  readonly threshold: number | undefined;
  /** `GreaterThanThreshold`, …; an open set. */
  readonly comparison: string;
  readonly metrics: readonly AlarmMetric[];
  /** The metric math whose result is compared; absent when that is a metric itself. */
  readonly expression: string | undefined;
}
