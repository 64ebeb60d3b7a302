import type { Clock } from '../src/ports.ts';
import { THROTTLED, UNAVAILABLE, type Fault, type Service } from '../simulator/wire/faults.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { WireReply, WireRequest } from '../simulator/wire/wire.ts';
import type { Random } from '../simulator/time/random.ts';
import type { CallFault, Scenario } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What the AWS SDK hands to its request handler, as far as it is used here. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

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
  readonly scenario: Pick<Scenario, 'faultRate' | 'faults'>;
  readonly random: Random;
  /** Called around every request that arrives, however late. */
  readonly onArrival: (arrive: () => WireReply | undefined) => WireReply | undefined;
  /** Called with every fault, for the count and the trace. */
  readonly onFault: (fault: CallFault, request: HttpRequest) => void;
}

const SLOWEST_MS = 400;
/** Of a request that does not say how long it may take. */
const REQUEST_TIMEOUT_MS = 10_000;
const LATEST_MS = 60_000;

/** A network on which calls are slow, break and get lost, as the scenario's seed has it. */
export function createWire(options: WireOptions): Wire {
  const { simulator, time, scenario, random, onArrival, onFault } = options;
  const { clock } = time;
  let isCut = false;

  function arrive(request: HttpRequest, fault: CallFault | undefined): WireReply | undefined {
    const remove = simulator.faults.add(({ service }) =>
      fault === undefined ? undefined : answerOf(fault, service),
    );
    try {
      return onArrival(() => simulator.handle(wireRequest(request)).reply);
    } finally {
      remove();
    }
  }

  async function send(request: HttpRequest, requestTimeout: number): Promise<HttpResponse> {
    const fault = chooseFault();
    if (fault !== undefined) onFault(fault, request);
    await sleep(clock, random() * SLOWEST_MS);
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
    const reply = arrive(request, fault);
    await sleep(clock, random() * SLOWEST_MS);
    if (reply === undefined || fault === 'lost reply') throw reset();
    const { status: statusCode, headers, body } = reply;
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
        send(request, requestTimeout).then(
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

/** How AWS answers, with the names that each service has for it; nothing where it is not the answer that fails. */
function answerOf(fault: CallFault, service: Service): Fault | undefined {
  const lambda = service === 'lambda';
  switch (fault) {
    case 'throttled':
      return lambda
        ? { ...THROTTLED, retryAfterSeconds: 1 }
        : { ...error(400, 'Throttling'), message: 'Rate exceeded' };
    case 'unavailable':
      return UNAVAILABLE;
    case 'bad gateway':
      return error(503, 'ServiceUnavailable');
    case 'malformed':
      return { type: 'malformed' };
    case 'expired token':
      return error(403, lambda ? 'ExpiredTokenException' : 'ExpiredToken');
    case 'denied':
      return error(403, lambda ? 'AccessDeniedException' : 'AccessDenied');
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
