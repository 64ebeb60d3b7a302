import type { Clock } from '../src/ports.ts';
import { THROTTLED, UNAVAILABLE, type Fault, type Service } from '../simulator/wire/faults.ts';
import type { Answer, Simulator } from '../simulator/simulator.ts';
import type { WireRequest } from '../simulator/wire/wire.ts';
import type { Random } from '../simulator/time/random.ts';
import type { Answers } from './answers.ts';
import type { HttpRequest } from './http-request.ts';
import type { CallFault, Scenario, WriteMoment } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The network between one process of the action and AWS. */
export interface Wire {
  readonly handle: (
    request: HttpRequest,
    options?: { readonly abortSignal?: AbortSignal; readonly requestTimeout?: number },
  ) => Promise<{ readonly response: HttpResponse }>;
  /** The process is gone: no reply reaches anybody any more. What is on its way still arrives. */
  cut(): void;
}

export interface WireOptions {
  readonly simulator: Simulator;
  readonly time: VirtualTime;
  readonly scenario: Pick<Scenario, 'faultRate' | 'faults' | 'carried'>;
  readonly random: Random;
  /** Called around every request that arrives, however late. */
  readonly onArrival: (arrive: () => Answer) => Answer;
  /** What AWS said of the aliases, to whatever process. */
  readonly answers: Answers;
  /** Called with every request, right before it leaves. @returns what is called with the answer, if one is heard */
  readonly onSend: (request: HttpRequest) => (status: number, body: string) => void;
  /** When AWS begins to refuse the credentials; epoch milliseconds. */
  readonly sessionEndsAt: number;
  /** Called at each moment of the n-th write, from 1; where AWS carries the rollout, of the n-th call. */
  readonly onWrite: (nth: number, moment: WriteMoment) => void;
  /** Called with every fault, for the count and the trace. */
  readonly onFault: (fault: CallFault, request: HttpRequest) => void;
}

const SLOWEST_MS = 400;
/** Of a request that does not say how long it may take. */
const REQUEST_TIMEOUT_MS = 10_000;
const LATEST_MS = 60_000;

/** A network on which calls are slow, break and get lost, as the scenario's seed has it. */
export function createWire(options: WireOptions): Wire {
  const { simulator, time, scenario, random, answers, sessionEndsAt } = options;
  const { onArrival, onFault, onSend, onWrite } = options;
  const { clock } = time;
  let isCut = false;
  let writes = 0;

  function arrive(request: HttpRequest, fault: CallFault | undefined): Answer {
    const isOver = clock.timeOfDay() >= sessionEndsAt;
    const remove = simulator.faults.add(({ service }) => {
      if (isOver) return answerOf('expired token', service);
      return fault === undefined ? undefined : answerOf(fault, service);
    });
    try {
      return onArrival(() => answers.answer(request, () => simulator.handle(wireRequest(request))));
    } finally {
      remove();
    }
  }

  async function send(
    request: HttpRequest,
    requestTimeout: number,
    abortSignal: AbortSignal | undefined,
  ): Promise<HttpResponse> {
    const nth = isWrite(request) || scenario.carried !== undefined ? ++writes : 0;
    const strike = (moment: WriteMoment) => {
      if (nth > 0) onWrite(nth, moment);
    };
    strike('before it is sent');
    const isDeaf = () => isCut || abortSignal?.aborted === true;
    if (isDeaf()) throw named('AbortError', 'aborted');
    const hear = onSend(request);
    const fault = chooseFault();
    if (fault !== undefined) onFault(fault, request);
    await sleep(clock, random() * SLOWEST_MS);
    strike('before it arrives');
    if (fault === 'late') {
      time.at(clock.now() + random() * LATEST_MS, () => {
        arrive(request, undefined);
      });
    }
    if (fault === 'late' || fault === 'hang') {
      await sleep(clock, requestTimeout);
      throw named('TimeoutError', 'the request timed out');
    }
    if (fault === 'reset') throw reset();
    const { reply, fault: answered } = arrive(request, fault);
    strike('before its reply');
    const takes = answered?.type === 'delay' ? answered.ms : 0;
    if (answered?.type === 'hang' || takes > requestTimeout) {
      await sleep(clock, requestTimeout);
      throw named('TimeoutError', 'the request timed out');
    }
    await sleep(clock, takes + random() * SLOWEST_MS);
    if (reply === undefined || fault === 'lost reply') throw reset();
    const { status: statusCode, headers, body } = reply;
    if (!isDeaf()) hear(statusCode, body);
    return { statusCode, headers, body: new TextEncoder().encode(body) };
  }

  function chooseFault(): CallFault | undefined {
    if (random() >= scenario.faultRate) return undefined;
    return scenario.faults[Math.floor(random() * scenario.faults.length)];
  }

  return {
    handle: (request, { abortSignal, requestTimeout = REQUEST_TIMEOUT_MS } = {}) =>
      new Promise((resolve, reject) => {
        if (isCut) return;
        if (abortSignal?.aborted === true) {
          reject(named('AbortError', 'aborted'));
          return;
        }
        // An aborted request may arrive all the same.
        abortSignal?.addEventListener('abort', () => {
          if (!isCut) reject(named('AbortError', 'aborted'));
        });
        send(request, requestTimeout, abortSignal).then(
          (response) => {
            if (!isCut) resolve({ response });
          },
          (error: unknown) => {
            if (!isCut) reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      }),
    cut: () => {
      isCut = true;
    },
  };
}

export function isWrite({ method, path }: HttpRequest): boolean {
  return method === 'PUT' && path.includes('/aliases/');
}

/** How AWS answers, with the names that each service has for it; nothing where it is not the answer that fails. */
export function answerOf(fault: CallFault, service: Service): Fault | undefined {
  const lambda = service === 'lambda';
  // Lambda, Logs and Step Functions speak JSON, and name their errors alike.
  const json = lambda || service === 'logs' || service === 'states';
  switch (fault) {
    case 'throttled':
      return lambda
        ? { ...THROTTLED, retryAfterSeconds: 1 }
        : {
            ...error(400, json ? 'ThrottlingException' : 'Throttling'),
            message: 'Rate exceeded',
          };
    case 'unavailable':
      return UNAVAILABLE;
    case 'bad gateway':
      return error(503, 'ServiceUnavailable');
    case 'malformed':
      return { type: 'malformed' };
    case 'expired token':
      return error(403, json ? 'ExpiredTokenException' : 'ExpiredToken');
    case 'denied':
      return error(403, json ? 'AccessDeniedException' : 'AccessDenied');
    case 'reset':
    case 'lost reply':
    case 'hang':
    case 'late':
      return undefined;
  }
}

function error(status: number, name: string): Fault & { readonly type: 'error' } {
  return { type: 'error', status, name, message: name };
}

/** The same request as the simulator reads it. */
export function wireRequest({ method, path, query = {}, headers, body }: HttpRequest): WireRequest {
  const parameters = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return {
    method,
    url: parameters === '' ? path : `${path}?${parameters}`,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body:
      typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array | undefined),
  };
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return clock.sleep(Math.ceil(ms));
}

function reset(): Error {
  return Object.assign(named('Error', 'socket hang up'), { code: 'ECONNRESET' });
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
