import type { TimedValue } from '../checks/thresholds.ts';
import type { AloneCounts } from '../statistics/alone.ts';
import type { SharePay } from '../statistics/share.ts';
import type { MachineCounted } from './nothing-counted.ts';
import type { MetricPlan } from './metric-plan.ts';

/** What an execution is given: the plan, and all numbers of the rules that the definition does not have. Durations in milliseconds. */
export interface MachineInput {
  /** `repair`: whatever became of the rollout, put stable back where its mark is. */
  readonly mode?: 'repair';
  /** How the marks of this rollout begin. */
  readonly mark: string;
  /** What the marks of all its parts have: who began it, and when. */
  readonly origin: string;
  readonly targets: readonly MachineTarget[];
  readonly steps: readonly MachineStep[];
  readonly onTheMinute: boolean;
  readonly pollMs: number;
  /** Index of the step that an earlier part left in force; -1 where none is. */
  readonly standing: number;
  /** Index of the step that is taken first. */
  readonly first: number;
  readonly hold: MachineHold;
  /** When an earlier execution began to shift; none if this one does. Epoch milliseconds. */
  readonly begun: readonly number[];
  /** The weights that earlier parts brought into force, and when. */
  readonly changes: readonly MachineChange[];
  /** From which minute on what was counted is in no account. Epoch milliseconds; 0 where nothing is. */
  readonly openFrom: number;
  readonly alarms: readonly Omit<MachineWatch, 'seenAt'>[];
  readonly alarmPolicy: { readonly onInsufficientData: string; readonly graceMs: number };
  readonly compares: boolean;
  readonly policy: MachinePolicy;
  /** By target. */
  readonly accounts: readonly MachineAccount[];
}

export interface MachineTarget {
  /** As people know it: function and alias. */
  readonly name: string;
  readonly functionId: string;
  readonly functionName: string;
  readonly alias: string;
  readonly stable: string;
  readonly canary: string;
  /** The alias's own, without any mark. */
  readonly description: string;
  /** How the mark begins that it was found with; empty where it had none. */
  readonly found: string;
  /** How those of the part begin that this one goes on with; a write of it may still be on its way. */
  readonly before: string;
  readonly revision: string;
  /** Weights that earlier parts began to write. */
  readonly begun: readonly number[];
  /** Index of the step whose weight it was found with; -1 where it was not moved yet. */
  readonly standing: number;
  /** By step. */
  readonly marks: readonly string[];
  /** The command that repairs the alias. */
  readonly repair: string;
  /** The longest time in which nobody called it before; null when that is not known. */
  readonly pauseMs: number | null;
  /** Before the rollout; 0 when that is not known. */
  readonly requestsPerMinute: number;
}

/** What is left for another job, or for people, to go on with. */
export interface MachineHold {
  /** Index of the step that is held once it was baked; -1 where none is. */
  readonly after: number;
  readonly ms: number;
  /** The same, as people say it. */
  readonly words: string;
  /** How often the checks are read meanwhile. */
  readonly pollMs: number;
}

export interface MachineChange {
  readonly at: number;
  readonly weight: number;
  readonly few: readonly SharePay[];
}

export interface MachineStep {
  readonly weight: number;
  readonly bakeMs: number;
  /** With its extension. */
  readonly longestMs: number;
  /** Whether nothing is left after it but the promotion. */
  readonly promotionNext: boolean;
  /** What requests pay to the bets that some of the canary's are missing; none of the promotion. */
  readonly few: readonly SharePay[];
}

export interface MachineWatch {
  readonly name: string;
  readonly state: string;
  /** Of its last transition; 0 when that is not known. */
  readonly at: number;
  readonly ignored: boolean;
  readonly seenAt: number;
}

/** What is judged by metrics, and how. */
export interface MachinePolicy extends MetricPlan {
  readonly mode: string;
  /** Whether any of it reverts. */
  readonly reverts: boolean;
  /** How many minutes a reading may be of, so that the reply has room for them. */
  readonly mostMinutes: number;
  readonly aloneReverts: boolean;
  /** Natural logarithm of what the evidence against a version that is alone must come up to. */
  readonly enoughAlone: number;
  readonly minInvocations: number;
  readonly onInconclusive: string;
  readonly delayMs: number;
  /** When a minute that is waited for has settled at the latest, after its end. */
  readonly latestMs: number;
  readonly graceMs: number;
  readonly rule: {
    readonly ratio: number;
    readonly margin: number;
    readonly floor: number;
    readonly confirm: number;
    readonly burst: number;
    /** Natural logarithms of what the evidence must come up to. */
    readonly enough: number;
    readonly enoughMissing: number;
  };
}

/** Of Lambda's own errors, and of everything else that is judged of a target. */
export interface MachineAccount extends MachineCounted {
  readonly recent: readonly unknown[];
  readonly silent: number;
  readonly inStep: { readonly step: number; readonly baseline: number; readonly canary: number };
  readonly under: readonly unknown[];
  /** What the user wants compared besides. */
  readonly compared: readonly MachineCounted[];
  readonly alone: AloneCounts;
  /** By check: the last minutes that had data. */
  readonly measured: readonly { readonly values: readonly TimedValue[] }[];
}
