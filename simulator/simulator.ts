import { CLOUDFORMATION_VERSION, cloudFormationOperation } from './cloudformation/wire.ts';
import { createStacks, type Stacks } from './cloudformation/stacks.ts';
import { createRules } from './events/rules.ts';
import { createAgenda } from './time/agenda.ts';
import { createAlarms, type Alarms } from './cloudwatch/alarms.ts';
import { expiredSession } from './sts/authorization.ts';
import { AwsError } from './wire/aws-error.ts';
import { settleAll } from './lambda/background.ts';
import { realClock, type SimulatorClock } from './time/clock.ts';
import { createCloudWatch, type CloudWatch } from './cloudwatch/cloudwatch.ts';
import { cloudWatchOperation, TARGET_PREFIX } from './cloudwatch/wire.ts';
import {
  createFaults,
  type Fault,
  type Faults,
  type SeenRequest,
  type Service,
} from './wire/faults.ts';
import { createCarryOut } from './carry-out.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import { lambdaOperation } from './lambda/wire.ts';
import { createLogs, LOGS_PREFIX, type Logs } from './cloudwatch/logs.ts';
import { createLogDelivery, type LogDelivery } from './cloudwatch/log-delivery.ts';
import { createMetricData, type MetricData } from './cloudwatch/metric-data.ts';
import { createMetrics, MINUTE_MS, type Metrics } from './cloudwatch/metrics.ts';
import { seeded } from './time/random.ts';
import { notSimulated, refusal, success } from './wire/replies.ts';
import { createSessions, type Sessions } from './sts/sessions.ts';
import { createExecutions, type Executions } from './states/executions.ts';
import type { StatesTime } from './states/branch.ts';
import { STATES_PREFIX, statesOperation } from './states/wire.ts';
import { TAGGING_PREFIX, taggingOperation } from './tagging/wire.ts';
import type { AliasRecord } from './lambda/state.ts';
import { isQuery, stsOperation } from './sts/wire.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import type { Handled, WireReply, WireRequest } from './wire/wire.ts';

export interface SimulatorOptions {
  readonly clock?: SimulatorClock;
  /** What wakes executions of Step Functions, by the same clock; without it none can be started. */
  readonly time?: StatesTime;
  /** Whether Step Functions leaves empty lists out of what its tasks result in, which is not known of AWS. */
  readonly leavesOutEmptyLists?: boolean;
  readonly seed?: number;
  readonly region?: string;
  readonly account?: string;
  /** How long after its end a minute's metrics can be seen. */
  readonly publicationDelayMs?: number;
  /** Whether versions log what they do; not when left out: it costs time. */
  readonly logging?: boolean;
  /** Whether an `Invoke` is routed, counted and logged as a request of the traffic is; not when left out. */
  readonly countsInvocations?: boolean;
}

/** A request as it was seen, for tests that ask what was sent. */
export interface RecordedRequest extends SeenRequest {
  readonly at: number;
  readonly status: number;
  /** AWS's name of the error; empty for success. */
  readonly error: string;
}

/** A local AWS, as far as the action uses it: Lambda's versions and aliases, CloudWatch's alarms, STS's sessions, Step Functions' executions. */
export interface Simulator {
  readonly region: string;
  /** The time here; epoch milliseconds. */
  readonly now: () => number;
  readonly lambda: Lambda;
  readonly cloudwatch: CloudWatch;
  /** What {@link cloudwatch} works on. */
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly metricData: MetricData;
  readonly logs: Logs;
  readonly logDelivery: LogDelivery;
  readonly traffic: Traffic;
  /** Credentials that STS issued. */
  readonly sessions: Sessions;
  /** State machines of Step Functions, and their executions. */
  readonly executions: Executions;
  /** Stacks of CloudFormation, with the roles and rules that they hold. */
  readonly stacks: Stacks;
  readonly faults: Faults;
  /** Every state that an alias really had. */
  readonly aliasHistory: readonly AliasRecord[];
  readonly requests: readonly RecordedRequest[];
  /** Calls the listener with every request from now on, right after it was answered. */
  onRequest(listener: (request: RecordedRequest) => void): void;
  /** Lets everything happen that is due by now; requests and operations do so by themselves. */
  advance(): void;
  /** Answers a request, or says with which fault it is to be answered. */
  handle(request: WireRequest): Answer;
}

export interface Answer {
  /** Absent when no reply is to be sent. */
  readonly reply?: WireReply;
  readonly fault?: Fault;
}

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const clock = options.clock ?? realClock;
  const region = options.region ?? 'eu-west-1';
  const account = options.account ?? '123456789012';
  const seed = options.seed ?? 1;
  const agenda = createAgenda();
  const catchUp = () => {
    traffic.catchUp();
  };
  const lambda = createLambda({
    clock,
    region,
    account,
    agenda,
    catchUp,
    random: seeded(~seed),
    functions: new Map(),
    lastVersions: new Map(),
    aliasHistory: [],
    provisioningMs: 6 * MINUTE_MS,
    provisioningFailure: '',
    allocationMs: 0,
    creationMs: 0,
    objects: new Map(),
    tags: new Map(),
    callers: [],
    codeLimit: 75 * 1024 ** 3,
    transitionChangesRevisionId: true,
    program: undefined,
    carryOut: undefined,
  });
  const metrics = createMetrics();
  const publicationDelayMs = options.publicationDelayMs ?? MINUTE_MS;
  const alarms = createAlarms({ clock, metrics, region, account, publicationDelayMs, catchUp });
  const cloudwatch = createCloudWatch(alarms, catchUp);
  const metricData = createMetricData(metrics, { clock, delayMs: publicationDelayMs });
  const logs = createLogs(clock);
  const logDelivery = createLogDelivery(logs, seeded(~seed ^ LOGS_STREAM));
  const { functions } = lambda;
  const random = seeded(seed);
  const settle = (at: number) => {
    agenda.runUntil(at);
    settleAll(lambda, at);
  };
  const traffic = createTraffic({
    clock,
    random,
    functions,
    settle,
    metrics,
    alarms,
    logDelivery: options.logging === true ? logDelivery : undefined,
  });
  if (options.countsInvocations === true) {
    const invocationsRandom = seeded(~seed ^ INVOCATIONS_STREAM);
    lambda.carryOut = createCarryOut({
      clock,
      agenda,
      metrics,
      lambda,
      logDelivery,
      random: invocationsRandom,
    });
  }
  const sessions = createSessions({ clock, random: seeded(~seed ^ SESSIONS_STREAM), account });
  const { time } = options;
  const executions = createExecutions({
    clock,
    time,
    region,
    account,
    leavesOutEmptyLists: options.leavesOutEmptyLists === true,
    random: seeded(~seed ^ EXECUTIONS_STREAM),
    handle,
  });
  const stacks = createStacks(account, createRules(executions, { clock, time }));
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const listeners: ((request: RecordedRequest) => void)[] = [];
  const counts = new Map<string, number>();
  /** By operation and input: what a stale read shows. */
  const lastReplies = new Map<string, WireReply>();

  function handle(request: WireRequest, execution?: string): Answer {
    catchUp();
    const service = serviceOf(request);
    const expired = expiredSession(sessions, service, request);
    let handled: Handled | undefined;
    try {
      handled = understood(service, request);
    } catch (error) {
      return { reply: refusedBy(service, expired ?? error) };
    }
    if (handled === undefined) return { reply: notSimulated(service, request) };

    const { operation, input } = handled;
    const count = counts.get(operation) ?? 0;
    counts.set(operation, count + 1);
    const by = execution === undefined ? {} : { execution };
    const seen: SeenRequest = { service, operation, input, count, ...by };
    const fault = expired === undefined ? faults.find(seen) : undefined;
    const key = `${operation} ${JSON.stringify(input)}`;
    const older = fault?.type === 'stale' ? lastReplies.get(key) : undefined;
    const fresh = expired === undefined ? answer(handled, seen, fault) : refusal(service, expired);
    const reply = older ?? fresh;
    lastReplies.set(key, reply);
    const recorded: RecordedRequest = {
      ...seen,
      at: clock.now(),
      status: reply.status,
      error: reply.error ?? '',
    };
    requests.push(recorded);
    for (const listener of listeners) listener(recorded);
    switch (fault?.type) {
      case 'reset':
      case 'lost-reply':
      case 'hang':
      case 'late':
        return { fault };
      case 'malformed':
        return { reply: { ...reply, status: 200, body: '<html>' } };
      case 'delay':
        return { reply, fault };
      case 'error':
      case 'stale':
      case undefined:
        return { reply };
    }
  }

  function understood(service: Service, request: WireRequest): Handled | undefined {
    switch (service) {
      case 'lambda':
        return lambdaOperation(lambda, request);
      case 'cloudwatch':
        return cloudWatchOperation({ cloudwatch, alarms, metricData }, request);
      case 'logs':
        return logs.operation(request);
      case 'sts':
        return stsOperation(sessions, request);
      case 'cloudformation':
        return cloudFormationOperation(stacks, request);
      case 'tagging':
        return taggingOperation(lambda, request);
      case 'states':
        return statesOperation(executions, request);
    }
  }

  function answer({ run }: Handled, seen: SeenRequest, fault: Fault | undefined): WireReply {
    const { service } = seen;
    if (fault?.type === 'error') return refusal(service, fault);
    if (fault?.type === 'reset' || fault?.type === 'hang' || fault?.type === 'late') {
      return refusal(service, NO_EFFECT);
    }
    faults.runBefore(seen);
    try {
      const { status, body, headers = {} } = run();
      faults.runAfter(seen);
      const reply = success(seen, status, body);
      return { ...reply, headers: { ...reply.headers, ...headers } };
    } catch (error) {
      return refusedBy(service, error);
    }
  }

  return {
    region,
    now: () => clock.now(),
    lambda,
    cloudwatch,
    alarms,
    metrics,
    metricData,
    logs,
    logDelivery,
    traffic,
    sessions,
    executions,
    stacks,
    faults,
    aliasHistory: lambda.aliasHistory,
    requests,
    onRequest: (listener) => {
      listeners.push(listener);
    },
    advance: catchUp,
    handle: (request) => handle(request),
  };
}

const NO_EFFECT = { status: 0, name: 'NoEffect', message: '' };

/** Keeps the keys that are issued apart from the other random streams of the same seed. */
const SESSIONS_STREAM = 0x575;
/** The same for what versions log. */
const LOGS_STREAM = 0x106;
/** The same for where an `Invoke` goes, and whether it fails. */
const INVOCATIONS_STREAM = 0x1c0;
/** The same for the names of executions that nobody named. */
const EXECUTIONS_STREAM = 0x5f;

function serviceOf(request: WireRequest): Service {
  if (request.headers['x-amz-target']?.startsWith(TARGET_PREFIX) === true) return 'cloudwatch';
  if (request.headers['x-amz-target']?.startsWith(STATES_PREFIX) === true) return 'states';
  if (request.headers['x-amz-target']?.startsWith(TAGGING_PREFIX) === true) return 'tagging';
  if (request.headers['x-amz-target']?.startsWith(LOGS_PREFIX) === true) return 'logs';
  if (!isQuery(request)) return 'lambda';
  return request.body.includes(`Version=${CLOUDFORMATION_VERSION}`) ? 'cloudformation' : 'sts';
}

function refusedBy(service: Service, error: unknown): WireReply {
  if (error instanceof AwsError) return refusal(service, error);
  throw error;
}
