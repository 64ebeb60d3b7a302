import type { Agenda } from '../time/agenda.ts';
import type { SimulatorClock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';

/** What an invocation comes to. */
export interface InvocationReply {
  readonly payload: unknown;
  /** `Unhandled`, say; left out when the function returned. */
  readonly functionError?: string;
  /** Left out: a start, an end and a report. */
  readonly log?: string;
  /** Left out: the one that was asked for. */
  readonly executedVersion?: string;
}

/** How code behaves under traffic. Part of the code, and so of every version made of it. */
export interface Behaviour {
  /** Share of invocations that fail, 0 to 1. */
  readonly errorRate: number;
  /** Share of the requests that do not end within any test; none when left out. */
  readonly hangShare?: number;
  /** The median. */
  readonly durationMs: number;
  /** Standard deviation of the duration's logarithm; 0 when left out: all take the same time. */
  readonly durationSpread?: number;
  /** How it fails, as its logs tell; left out: the handler throws. */
  readonly failure?: 'exception' | 'timeout' | 'crash' | 'init';
  /** What each invocation logs besides, well or not. */
  readonly noise?: (requestId: string) => string;
  /** What it answers to an `Invoke`; left out: null. */
  readonly respond?: (payload: unknown) => InvocationReply;
}

export const GOOD: Behaviour = { errorRate: 0.0005, durationMs: 40 };

/** Where code was fetched from, as GetFunction tells it. */
export interface Source {
  /** As it was given; its digest is in the code. */
  readonly imageUri?: string;
  /** Read by Lambda again and again, instead of being copied. */
  readonly referenced?: {
    readonly S3Bucket: string;
    readonly S3Key: string;
    readonly S3ObjectVersion: string;
  };
  readonly kmsKeyArn?: string;
}

/** What a version is a snapshot of. */
export interface Configuration {
  /** Stands for the code, the bytes of a zip file or an image by its digest; its hash is CodeSha256. */
  readonly code: string;
  readonly source?: Source | undefined;
  readonly behaviour: Behaviour;
  readonly role: string;
  /** Empty for none. */
  readonly deadLetterArn: string;
  readonly snapStart: boolean;
  readonly packageType: 'Zip' | 'Image';
  /** Members that are only kept and told again: Runtime, Handler, MemorySize … */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A state that is taken later: Lambda works in the background. */
export interface Pending {
  readonly at: number;
  readonly state?: string;
  readonly lastUpdateStatus?: string;
  readonly reason?: string;
  readonly reasonCode?: string;
}

/** A published version, or `$LATEST`. */
export interface Version {
  readonly version: string;
  configuration: Configuration;
  description: string;
  revisionId: string;
  state: string;
  stateReason: string;
  stateReasonCode: string;
  /** Empty while there is none: a version that is published together with its code has no update. */
  lastUpdateStatus: string;
  lastUpdateReason: string;
  lastUpdateReasonCode: string;
  modifiedAt: number;
  pending?: Pending | undefined;
  provisioned?: Provisioned | undefined;
}

export interface Alias {
  readonly name: string;
  version: string;
  /** Fraction of requests by additional version. */
  weights: Readonly<Record<string, number>>;
  description: string;
  revisionId: string;
  provisioned?: Provisioned | undefined;
  /** What Lambda shows, and does, instead of {@link weights} while it moves provisioned concurrency. */
  moving?: Readonly<Record<string, number>> | undefined;
}

/** Provisioned concurrency of an alias or a version. */
export interface Provisioned {
  readonly executions: number;
  readonly modifiedAt: number;
  /** How many environments are there, of whatever version. */
  available: number;
  status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  /** Empty unless it failed. */
  statusReason: string;
}

export interface LambdaFunction {
  readonly name: string;
  readonly latest: Version;
  readonly versions: Version[];
  readonly aliases: Map<string, Alias>;
  readonly tags: Map<string, string>;
  /** The configuration that was last published: publishing it again makes no version. */
  published?: Configuration | undefined;
  readonly timing: Timing;
}

/** How long AWS takes for what it does in the background, and how that ends. */
export interface Timing {
  /** From CreateFunction until the function is Active. */
  createMs: number;
  /** From an update of code or configuration until LastUpdateStatus is Successful. */
  updateMs: number;
  /** From publishing until the version is Active; minutes for SnapStart and images when left out. */
  activationMs: number | undefined;
  /** Set for an update or a version that fails: the reason. */
  failure: string;
  failureCode: string;
}

/** What an alias really was, from `at` on. */
export interface AliasRecord {
  readonly at: number;
  readonly functionName: string;
  readonly alias: string;
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly description: string;
  readonly revisionId: string;
}

/** An `Invoke` that names a function, and what of it. */
export interface Invocation {
  readonly found: LambdaFunction;
  /** An alias, a version or `$LATEST`. */
  readonly qualifier: string;
  readonly event: unknown;
}

export interface CarriedOut {
  readonly version: Version;
  readonly behaviour: Behaviour;
  readonly failed: boolean;
}

/** Somebody that calls a function by itself. */
export interface Caller {
  readonly kind: 'event source' | 'policy';
  readonly functionName: string;
  /** Empty for the function without one. */
  readonly qualifier: string;
}

/** The state of simulated Lambda and what all its parts need. */
export interface LambdaState {
  readonly clock: SimulatorClock;
  /** For identifiers only: traffic has its own, so that what is asked does not change what happens. */
  readonly random: Random;
  readonly region: string;
  readonly account: string;
  readonly agenda: Agenda;
  /** Lets everything happen that is due by now. */
  readonly catchUp: () => void;
  readonly functions: Map<string, LambdaFunction>;
  /** By function name. A number is not given twice, not even to a function of the same name. */
  readonly lastVersions: Map<string, number>;
  readonly aliasHistory: AliasRecord[];
  /** How long the environments of an alias with provisioned concurrency take to move. */
  provisioningMs: number;
  /** Set when the environments of the next version cannot start: the StatusReason. Empty: they can. */
  provisioningFailure: string;
  /** How long provisioned concurrency takes that was just asked for. */
  allocationMs: number;
  /** From CreateFunction until a function is Active, unless its maker says something else. */
  creationMs: number;
  /** What is in S3, by `bucket/key`: the bytes as a string. What is not there stands for itself. */
  readonly objects: Map<string, string>;
  /** Digests (64 hexadecimal digits) of images by their tag, `registry/name:tag`. One that is not there has one of its own. */
  readonly tags: Map<string, string>;
  /** Who Lambda is told calls a function, an alias or a version of it: event sources, and resource policies. */
  readonly callers: Caller[];
  /** What all code of the account may take, in bytes. */
  codeLimit: number;
  /** What code does with an event, where its settings and the event tell; left out: what its behaviour says. */
  program: ((configuration: Configuration, event: unknown) => Behaviour) | undefined;
  /** Carries an invocation out as traffic's are: routed, counted and logged. Left out: it leaves no trace. */
  carryOut: ((invocation: Invocation) => CarriedOut) | undefined;
  /** Not documented by AWS: whether such a move gives the alias a new RevisionId. */
  transitionChangesRevisionId: boolean;
}

export function functionArn({ region, account }: LambdaState, name: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

export function newRevision({ random }: LambdaState): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function recordAlias(
  state: LambdaState,
  functionName: string,
  alias: Alias,
  at: number,
): void {
  const { name, version, description, revisionId } = alias;
  state.aliasHistory.push({
    at,
    functionName,
    alias: name,
    version,
    weights: weightsOf(alias),
    description,
    revisionId,
  });
}

/** By which an alias sends its requests. */
export function weightsOf({ weights, moving }: Alias): Readonly<Record<string, number>> {
  return moving ?? weights;
}
