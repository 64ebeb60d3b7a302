import type { CommandCheck } from '../src/core/checks/commands.ts';
import type { Mode } from '../src/core/rollout/mode.ts';
import type { WaveFailurePolicy } from '../src/core/rollout/waves.ts';
import type { Config } from '../src/inputs/config.ts';

/** What goes wrong with one call. */
export type CallFault =
  | 'throttled'
  | 'unavailable'
  | 'bad gateway'
  | 'reset'
  | 'lost reply'
  | 'hang'
  | 'late'
  | 'malformed'
  | 'expired token'
  | 'denied';

/** What others do, or AWS does by itself, while the rollout runs. */
export type Happening =
  | 'weights wiped'
  | 'moved to another version'
  | 'canary promoted by hand'
  | 'another weight set'
  | 'description changed'
  | 'alarm blip'
  | 'alarm'
  | 'alarm deleted'
  | 'alarm not evaluated'
  | 'alarm without data'
  | 'monitoring dark'
  | 'Lambda throttled'
  | 'canary inactive'
  | 'function updated'
  | 'version published'
  | 'Lambda hangs'
  | 'slow metrics'
  | 'session ended'
  | 'provisioning fails'
  | 'provisioning slow'
  | 'alias unreadable'
  | 'machine asleep'
  | LogTrouble;

/** What goes wrong with the logs, where they are read. */
export type LogTrouble =
  | 'logs denied'
  | 'logs throttled'
  | 'logs hang'
  | 'logs slow and in pages'
  | 'logs never whole'
  | 'no lines of the old version'
  | 'late lines of the old version';

/** How the process ends, unless it comes to its end by itself. */
export type Death = 'none' | 'cancelled' | 'killed' | 'runner died' | 'log closed';

/** A death that is aimed at a write of the process, whenever that comes. */
export interface AtWrite {
  /** Which of its writes, from 1. */
  readonly nth: number;
  readonly moment: WriteMoment;
}

/** A death at a moment, or at a write. */
export type Dying = Timed<Death> & { readonly atWrite: AtWrite | undefined };

/** Before the write leaves, while it is on its way, or when it took effect and its reply is on its way. */
export type WriteMoment = 'before it is sent' | 'before it arrives' | 'before its reply';

export interface Timed<T> {
  /** After the beginning of the run. */
  readonly afterMs: number;
  readonly what: T;
  readonly forMs: number;
}

/** Requests that come in through the alias of each function, and the share of them that fails. */
export interface TrafficScenario {
  readonly requestsPerSecond: number;
  readonly stableErrorRate: number;
  readonly canaryErrorRate: number;
}

/** Failures are read from the logs as well. */
export interface LogScenario {
  readonly mode: 'on' | 'observe';
  readonly troubles: readonly Timed<LogTrouble>[];
}

/** Time in which no process of ours lives, and what happens in the middle of it. */
export interface Gap {
  readonly ms: number;
  readonly what: Happening | undefined;
}

/** What a rollout needs, and what ends before its plan would if everything took as long as it may. */
export interface Means {
  readonly what: 'job' | 'session';
  /** As its user says it; it began before the action did. */
  readonly lastsMs: number;
}

/** One job of a rollout that several share, with time between them. */
export interface JobScenario {
  readonly mode: Exclude<Mode, 'status'>;
  /** What comes before it, while no process of ours lives. */
  readonly gap: Gap;
  readonly death: Dying;
}

/** What goes wrong with a command while it lasts. */
export type CommandTrouble =
  'command fails' | 'command does not know' | 'command breaks' | 'command hangs';

/** Commands of the user's are checks as well. */
export interface CommandScenario {
  readonly checks: readonly CommandCheck[];
  /** How long a run takes. */
  readonly lastsMs: number;
  readonly troubles: readonly Timed<CommandTrouble>[];
}

/** A rollout that AWS carries, and what becomes of its executions. */
export interface CarriedScenario {
  /** Whether each job follows what it started, or leaves it. */
  readonly waits: boolean;
  /** How long people may take to decide. */
  readonly holdForSeconds: number;
  /** Somebody stops each execution right after its event of this number. */
  readonly stoppedAfter: number | undefined;
  /** How often the rule that repairs is told of an end: AWS promises no more than at least once. 0 where there is no rule. */
  readonly repairs: 0 | 1 | 2;
}

/** The rollout brings its code itself, and others deploy as well. */
export interface CodeScenario {
  readonly from: 'path' | 's3';
  readonly onRevertLatest: Config['onRevertLatest'];
  /** When somebody else updates a function, after the beginning of the run. */
  readonly deploysAfterMs: readonly number[];
  /** How long Lambda takes over an update. */
  readonly updateMs: number;
}

/** A rollout that goes through several regions. */
export interface RegionsScenario {
  /** The wave of each region, from 0; the regions come in the order of their waves. */
  readonly waves: readonly number[];
  readonly onFailure: WaveFailurePolicy;
  readonly bakeSeconds: number;
  /** In which region each of the happenings comes to pass, by its place. */
  readonly happensIn: readonly number[];
  /** A death that is aimed at a write is aimed at one in this region. */
  readonly diesIn: number;
  /** Where another run moves the same aliases, if one does: it knows of that region alone. */
  readonly rivalIn: number;
}

/** Everything about one simulated rollout that is left to chance. */
export interface Scenario {
  readonly seed: number;
  readonly functions: number;
  readonly alarms: number;
  readonly steps: readonly { readonly weight: number; readonly bakeSeconds: number }[];
  readonly bakeSeconds: number;
  /** How many times its bake a step may last. */
  readonly maxExtension: number;
  readonly pollSeconds: number;
  readonly graceSeconds: number;
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  readonly onCancel: 'revert' | 'hold';
  readonly onUnfinished: 'revert' | 'resume' | 'fail' | '';
  readonly descriptionLength: number;
  readonly provisioned: boolean;
  /** Share of the calls that go wrong, 0 to 1. */
  readonly faultRate: number;
  readonly faults: readonly CallFault[];
  readonly happenings: readonly Timed<Happening>[];
  readonly death: Dying;
  /** For so long after a write, the alias may be read as it was before. */
  readonly staleMs: number;
  /** Calls a second that Lambda's control plane answers; undefined: as many as there are. */
  readonly quota: number | undefined;
  /** Absent without traffic; then the versions are not compared either. */
  readonly traffic: TrafficScenario | undefined;
  /** When another run begins to move the same aliases, if one does. */
  readonly rivalAfterMs: number | undefined;
  /** Absent when there is enough of everything. */
  readonly means: Means | undefined;
  /** Between the death of a runner and the next run. */
  readonly gap: Gap;
  /** What the other run does: a person may put back what still goes on. */
  readonly rivalMode: 'rollout' | 'revert';
  /** None: one job does all of it. */
  readonly jobs: readonly JobScenario[];
  /** Absent where no logs are read. */
  readonly logs: LogScenario | undefined;
  /** Absent where the user has no commands. */
  readonly commands: CommandScenario | undefined;
  /** Absent where the processes carry the rollout themselves. */
  readonly carried: CarriedScenario | undefined;
  /** Absent where what is published is what is there. */
  readonly code: CodeScenario | undefined;
  /** Absent where there is one region. */
  readonly regions: RegionsScenario | undefined;
}
