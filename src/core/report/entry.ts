import type { ErrorReport } from '../checks/error-logs.ts';
import type { Exposure } from '../checks/exposure.ts';
import type { Finding } from '../checks/finding.ts';
import type { FoundFunctions } from '../function-search.ts';
import type { Policy } from '../policy.ts';
import type { Plan } from '../rollout/plan.ts';
import type { State } from '../rollout/state.ts';
import type { CodeReport } from '../versions/code.ts';
import type { CodeStorage, OldVersions } from '../versions/old.ts';
import type { EarlierVersion } from '../versions/past.ts';
import type { SmokeTestReport } from '../versions/smoke-test.ts';
import type { TargetReport } from '../alias/target.ts';
import type { Verdict } from '../rollout/verdict.ts';

/** Where a rollout stands. */
export interface Position {
  /** Percent that goes to the canary. */
  readonly weight: number;
  /** Counted from 1; 0 before the first one. */
  readonly step: number;
  /** Link to the workflow run that began it; empty when there is no rollout. */
  readonly startedBy: string;
}

/** What happened in a rollout, in order, each at a time of day. Log and report are both made from these alone. */
export type Entry =
  /** `longestMs`: how long it bakes when every step is extended as far as that goes. */
  | { readonly type: 'plan'; readonly at: number; readonly plan: Plan; readonly longestMs: number }
  /** What is known of the targets; a later entry knows more. */
  | {
      readonly type: 'targets';
      readonly at: number;
      readonly region: string;
      readonly targets: readonly TargetReport[];
    }
  /** The functions that were found by searching. */
  | { readonly type: 'found'; readonly at: number; readonly found: readonly FoundFunctions[] }
  /** Where the rollout stands before this job does anything. */
  | ({ readonly type: 'position'; readonly at: number } & Position)
  | { readonly type: 'state'; readonly at: number; readonly state: State }
  /** What the checks saw, and what all that is watched came to. */
  | {
      readonly type: 'reading';
      readonly at: number;
      readonly verdict: Verdict;
      readonly findings: readonly Finding[];
    }
  | {
      readonly type: 'smoke-tests';
      readonly at: number;
      readonly reports: readonly SmokeTestReport[];
    }
  /** What the canary logged of its errors. */
  | { readonly type: 'errors'; readonly at: number; readonly reports: readonly ErrorReport[] }
  /** What users felt of the canary, counted after a revert; of no target when it could not be waited for. */
  | { readonly type: 'exposure'; readonly at: number; readonly exposures: readonly Exposure[] }
  /** Versions that existed before this run, and what became of them. */
  | {
      readonly type: 'earlier-versions';
      readonly at: number;
      readonly versions: readonly EarlierVersion[];
    }
  /** What became of the code that was asked for; a later entry knows more. */
  | { readonly type: 'code'; readonly at: number; readonly codes: readonly CodeReport[] }
  /** What became, or would become, of versions that nothing needs any more. */
  | {
      readonly type: 'old-versions';
      readonly at: number;
      readonly deletes: boolean;
      readonly versions: readonly OldVersions[];
      /** Afterwards; undefined when that is not known. */
      readonly storage: CodeStorage | undefined;
    }
  /** Who carries the rollout, where that is not this job; a link for people. */
  | { readonly type: 'carrier'; readonly at: number; readonly url: string }
  | { readonly type: 'note'; readonly at: number; readonly text: string }
  /** Facts that are folded away until somebody asks for them. */
  | {
      readonly type: 'details';
      readonly at: number;
      readonly title: string;
      readonly lines: readonly string[];
    }
  /** The least that the role of the job must be allowed. */
  | { readonly type: 'policy'; readonly at: number; readonly policy: Policy }
  | { readonly type: 'warning'; readonly at: number; readonly text: string };
