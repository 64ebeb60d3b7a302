import type { Target } from '../core/alias/target.ts';
import type { UnfinishedPolicy } from '../core/alias/unfinished.ts';
import type { CommandCheck } from '../core/checks/commands.ts';
import type { ComparedMetrics } from '../core/checks/comparison.ts';
import type { AnalysisPolicy } from '../core/checks/analysis-policy.ts';
import type { AfterPromotion } from '../core/checks/promoted.ts';
import type { MetricCheck } from '../core/checks/thresholds.ts';
import type { CommentPolicy } from '../core/report/comment.ts';
import type { FoundFunctions, FunctionSearch } from '../core/function-search.ts';
import type { Role } from '../core/role.ts';
import type { Engine } from '../core/rollout/engine.ts';
import type { Mode } from '../core/rollout/mode.ts';
import type { Plan } from '../core/rollout/plan.ts';
import type { AlarmId } from '../core/text/arn.ts';
import type { CodeRequest } from '../core/versions/code.ts';
import type { Retention } from '../core/versions/old.ts';
import type { SmokeTests } from './smoke-tests.ts';

/** Everything the user decided, checked. */
export interface Config {
  readonly mode: Mode;
  readonly requests: readonly TargetRequest[];
  /** By which functions are found. */
  readonly searches: readonly FunctionSearch[];
  /** What these came to; empty before they were made. */
  readonly found: readonly FoundFunctions[];
  readonly plan: Plan;
  readonly engine: Engine;
  /** Name or ARN of the one that carries rollouts with `step-functions`. */
  readonly stateMachine: string;
  /** Whether this process follows a rollout that AWS carries to its end. */
  readonly waits: boolean;
  /** How long a rollout that AWS carries waits for people, in milliseconds. */
  readonly holdForMs: number;
  readonly alarms: readonly AlarmId[];
  readonly description: string;
  readonly pollIntervalMs: number;
  readonly monitoringGraceMs: number;
  readonly onAlarmAtStart: 'fail' | 'ignore-until-ok';
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  readonly onCancel: 'revert' | 'hold';
  readonly onUnfinished: UnfinishedPolicy;
  /** What is done with a version that was rolled out before and taken back. */
  readonly onRevertedBefore: 'warn' | 'fail';
  /** How long ago a version may have been live that skips the steps, in milliseconds; undefined: none skips them. */
  readonly fastTrackMs: number | undefined;
  readonly analysis: AnalysisConfig;
  readonly compareMetrics: readonly ComparedMetrics[];
  readonly compareDuration: Pick<AnalysisConfig, 'mode' | 'given'>;
  readonly afterPromotion: AfterPromotion;
  readonly analysisLogs: LogConfig;
  /** Whether the lines that a reverted version logged are published, or only how many there were. */
  readonly errorLogs: 'count' | 'show';
  readonly metricChecks: readonly MetricCheck[];
  readonly checkCommands: readonly CommandCheck[];
  readonly smokeTests: SmokeTests;
  /** Whether `$LATEST` keeps code that was reverted, or gets back that of the old version. */
  readonly onRevertLatest: 'keep' | 'restore';
  /** Which old versions stay after a promotion; undefined: all of them. */
  readonly retention: Retention | undefined;
  readonly dryRun: boolean;
  readonly region: string;
  /** Undefined: the credentials of the environment are used. */
  readonly role: Role | undefined;
  /** How long credentials last whose end nobody tells; undefined: as long as they usually do. */
  readonly credentialsLastMs: number | undefined;
  /** What `timeout-minutes` of the job says. */
  readonly jobLastsMs: number;
  /** Empty when there is none. */
  readonly githubToken: string;
  /** Of GitHub; empty when no deployment is to be made. */
  readonly environment: string;
  readonly comment: CommentPolicy;
}

/** Whether and how the canary is compared with the baseline. */
export interface AnalysisConfig {
  readonly mode: AnalysisPolicy['mode'] | 'off';
  /** Whether the user asked for it, rather than that it is so by default. */
  readonly given: boolean;
  readonly policy: Omit<AnalysisPolicy, 'mode'>;
}

/** Whether and how failures are read from the logs. */
export interface LogConfig extends Pick<AnalysisConfig, 'mode' | 'given'> {
  /** A filter pattern of CloudWatch for lines that count besides; undefined when there is none. */
  readonly ownPattern: string | undefined;
  /** How old a failure must be, at least, to be judged. */
  readonly delayMs: number;
}

/** What is asked for one target. */
export interface TargetRequest {
  readonly target: Target;
  /** The search by which the function came into the rollout; undefined for one that was named, whatever finds it as well. */
  readonly foundBy: string | undefined;
  /** Roll out this published version instead of publishing `$LATEST`. */
  readonly version: string | undefined;
  readonly codeSha256: string | undefined;
  /** What `$LATEST` is to get before it is published; undefined: it is published as it is. */
  readonly code: CodeRequest | undefined;
  /** Also for a function that has other aliases. */
  readonly mayCreateAlias: boolean;
}
