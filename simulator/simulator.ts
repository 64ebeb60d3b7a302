import { createAlarms, type Alarms } from './alarms.ts';
import { AwsError } from './aws-error.ts';
import { realClock, type SimulatorClock } from './clock.ts';
import { cloudWatchOperation, TARGET_PREFIX } from './cloudwatch-wire.ts';
import { createFaults, type Fault, type Faults, type SeenRequest, type Service } from './faults.ts';
import { lambdaOperation } from './lambda-wire.ts';
import { createMetrics, MINUTE_MS, type Metrics } from './metrics.ts';
import { seeded } from './random.ts';
import type { AliasRecord, LambdaState } from './state.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import type { Handled, WireReply, WireRequest } from './wire.ts';

export interface SimulatorOptions {
  readonly clock?: SimulatorClock;
  readonly seed?: number;
  readonly region?: string;
  readonly account?: string;
  /** How long after its end a minute's metrics can be seen. */
  readonly publicationDelayMs?: number;
}

/** A request as it was seen, for tests that ask what was sent. */
export interface RecordedRequest extends SeenRequest {
  readonly at: number;
  readonly status: number;
  /** AWS's name of the error; empty for success. */
  readonly error: string;
}

/** A local AWS, as far as the action uses it: Lambda's versions and aliases, and CloudWatch's alarms. */
export interface Simulator {
  readonly region: string;
  /** Lambda; the functions of functions.ts and aliases.ts work on it. */
  readonly lambda: LambdaState;
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  readonly faults: Faults;
  /** Every state that an alias really had. */
  readonly aliasHistory: readonly AliasRecord[];
  readonly requests: readonly RecordedRequest[];
  /** Calls the listener with every request from now on, right after it was answered. */
  onRequest(listener: (request: RecordedRequest) => void): void;
  /** Lets everything happen that is due by now; requests do so by themselves. */
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
  const lambda: LambdaState = {
    clock,
    random: seeded(options.seed ?? 1),
    region,
    account,
    functions: new Map(),
    aliasHistory: [],
    provisioningMs: 6 * MINUTE_MS,
    transitionChangesRevisionId: true,
  };
  const metrics = createMetrics();
  const publicationDelayMs = options.publicationDelayMs ?? MINUTE_MS;
  const alarms = createAlarms({ clock, metrics, publicationDelayMs });
  const traffic = createTraffic(lambda, metrics, alarms);
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const listeners: ((request: RecordedRequest) => void)[] = [];

  function operationOf(service: Service, request: WireRequest): Handled | undefined {
    return service === 'cloudwatch'
      ? cloudWatchOperation(alarms, region, account, request)
      : lambdaOperation(lambda, request);
  }

  function handle(request: WireRequest): Answer {
    traffic.catchUp(clock.now());
    const target = request.headers['x-amz-target'];
    const service = target?.startsWith(TARGET_PREFIX) === true ? 'cloudwatch' : 'lambda';
    const handled = operationOf(service, request);
    if (handled === undefined) return { reply: notSimulated(request) };

    const { operation, input } = handled;
    const count = requests.filter((each) => each.operation === operation).length;
    const seen: SeenRequest = { service, operation, input, count };
    const fault = faults.find(seen);
    const reply = answer(service, handled, seen, fault);
    const recorded: RecordedRequest = {
      ...seen,
      at: clock.now(),
      status: reply.status,
      error: reply.headers['x-amzn-errortype'] ?? '',
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
      case undefined:
        return { reply };
    }
  }

  function answer(
    service: Service,
    { run }: Handled,
    seen: SeenRequest,
    fault: Fault | undefined,
  ): WireReply {
    if (fault?.type === 'error') return refusal(service, fault);
    if (fault?.type === 'reset' || fault?.type === 'hang' || fault?.type === 'late') {
      return refusal(service, NO_EFFECT);
    }
    faults.runBefore(seen);
    try {
      const { status, body } = run();
      faults.runAfter(seen);
      return json(service, status, body);
    } catch (error) {
      if (error instanceof AwsError) return refusal(service, error);
      throw error;
    }
  }

  return {
    region,
    lambda,
    alarms,
    metrics,
    traffic,
    faults,
    aliasHistory: lambda.aliasHistory,
    requests,
    onRequest: (listener) => {
      listeners.push(listener);
    },
    advance: () => {
      traffic.catchUp(clock.now());
    },
    handle,
  };
}

const NO_EFFECT = { status: 0, name: 'NoEffect', message: '' };

function json(service: Service, status: number, body: unknown): WireReply {
  return {
    status,
    headers: {
      'content-type': service === 'cloudwatch' ? 'application/x-amz-json-1.0' : 'application/json',
    },
    body: body === undefined && service === 'lambda' ? '' : JSON.stringify(body ?? {}),
  };
}

interface Refused {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** AWS spells the member in both ways, depending on the error. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'AccessDeniedException']);

function refusal(
  service: Service,
  { status, name, message, retryAfterSeconds }: Refused,
): WireReply {
  const member = CAPITAL_MESSAGE.has(name) ? 'Message' : 'message';
  const reply = json(service, status, { __type: name, [member]: message });
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'x-amzn-errortype': name,
      ...(service === 'cloudwatch' ? { 'x-amzn-query-error': `${name};Sender` } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}

function notSimulated({ method, url, headers }: WireRequest): WireReply {
  const what = headers['x-amz-target'] ?? `${method} ${url}`;
  return refusal('lambda', {
    status: 404,
    name: 'NotSimulated',
    message: `The simulator does not know ${what}`,
  });
}
