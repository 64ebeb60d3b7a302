import type { CommandResult } from '../src/core/checks/commands.ts';
import type { Entry } from '../src/core/report/entry.ts';
import type { Ending } from '../src/core/report/ending.ts';
import type { Report } from '../src/core/report/report.ts';
import type { Config } from '../src/inputs/config.ts';
import type { AliasRecord } from '../simulator/lambda/state.ts';
import type { RecordedRequest, Simulator } from '../simulator/simulator.ts';
import type { Answers } from './answers.ts';
import type { CallFault, Death, Scenario } from './scenario.ts';
import type { Suspension, VirtualTime } from './virtual-time.ts';

/** Any time will do, as long as it is the same for a seed. */
export const STARTS_AT = Date.UTC(2026, 0, 1);
export const REGION = 'eu-west-1';
export const STABLE = '1';
export const CANARY = '3';

export type ProcessName = MainName | PostName;
/** An execution, by the process that began the rollout or its part; what repairs it was begun by a rule. */
export type CarrierName = `${'AWS' | 'repair' | 'another repair'} for ${MainName}`;
/** One that runs the action's main step; `job 2` is the second of a rollout over several jobs. */
export type MainName = 'main' | 'next run' | 'rival' | `job ${number}`;
export type PostName = 'post' | `post of job ${number}`;

/** What one process of the action did, as it tells it itself; or an execution, as its history does. */
export interface Told {
  readonly process: ProcessName | CarrierName;
  readonly startedAt: number;
  readonly entries: readonly Entry[];
  /** Absent when the process was killed. */
  readonly ending: Ending | undefined;
  readonly endedAt: number;
  /** When somebody cancelled it, or nobody read its log any more. */
  readonly cancelledAt: number | undefined;
  /** How it was ended, where that struck it. */
  readonly died: Death;
  readonly config: Config;
}

/** A state that an alias really had, and who brought it about. */
export interface TrueAlias extends AliasRecord {
  readonly by: Told['process'] | 'others' | 'AWS' | 'preparation';
  /** Whether Lambda went on serving the version before, while it moved provisioned concurrency. */
  readonly moving: boolean;
}

/** A request, and which process it came from. */
export interface SentRequest extends RecordedRequest {
  readonly by: TrueAlias['by'];
}

/** A request that a process or an execution sent, whether or not it arrived. */
export interface Attempt {
  readonly at: number;
  readonly by: Told['process'];
  readonly operation: string;
  /** Empty where it is of no function. */
  readonly functionName: string;
  /** Of an UpdateAlias, what is to be served. */
  readonly routing: TrueAlias['weights'] | undefined;
  readonly version: string | undefined;
  /** What the process got to hear; nothing when it was left without an answer. */
  heard: Heard | undefined;
}

/** An answer as it came to the process. */
export interface Heard {
  readonly at: number;
  /** Whether it is one, and no refusal. */
  readonly understood: boolean;
  /** Whether it shows an alarm in ALARM. */
  readonly red: boolean;
}

/** A run of a command, and what the process got to hear of it. */
export interface CommandRun {
  readonly by: ProcessName;
  readonly check: string;
  readonly functionName: string;
  /** By the time of day; epoch milliseconds. */
  readonly begunAt: number;
  heard: { readonly at: number; readonly result: CommandResult } | undefined;
}

/** Somebody else's update that came about. */
export interface Deploy {
  readonly at: number;
  readonly functionName: string;
}

/** Everything that is known of a simulated rollout after it. */
export interface Played {
  readonly scenario: Scenario;
  readonly region: string;
  readonly told: readonly Told[];
  /** What the executions tell, in the order in which they began. */
  readonly carriers: readonly Told[];
  readonly aliases: readonly TrueAlias[];
  readonly requests: readonly SentRequest[];
  readonly attempts: readonly Attempt[];
  readonly commandRuns: readonly CommandRun[];
  /** Updates by somebody else. */
  readonly deploys: readonly Deploy[];
  readonly suspensions: readonly Suspension[];
  readonly simulator: Simulator;
  readonly faults: Readonly<Partial<Record<CallFault, number>>>;
  /** What others did, and how the process died, while there was a process. */
  readonly happened: readonly string[];
  /** One line for everything that happened, in order. */
  readonly trace: readonly string[];
  /** Of the first region of several: what is known of all together. */
  readonly waves: PlayedWaves | undefined;
}

/** A rollout through several regions. */
export interface PlayedWaves {
  /** The others, in their order. */
  readonly others: readonly Played[];
  /** What each process said of all regions that it knew, in the order in which they ended. */
  readonly said: readonly SaidOfAll[];
}

/** Absent where the process was killed before it said anything. */
export interface SaidOfAll {
  readonly process: ProcessName;
  readonly report: Report | undefined;
}

/** What all processes of a simulated rollout play on. */
export interface Stage {
  readonly scenario: Scenario;
  readonly region: string;
  readonly time: VirtualTime;
  readonly simulator: Simulator;
  readonly say: (text: string) => void;
  readonly random: () => number;
  readonly faults: Partial<Record<CallFault, number>>;
  readonly happened: string[];
  readonly attempts: Attempt[];
  readonly commandRuns: CommandRun[];
  readonly deploys: Deploy[];
  readonly answers: Answers;
  /** The runs that have not ended. */
  readonly alive: Set<string>;
  readonly attribute: <T>(by: TrueAlias['by'], act: () => T) => T;
}
