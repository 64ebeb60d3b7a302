import type { Random } from '../time/random.ts';
import type { Version } from '../lambda/state.ts';
import { members, text } from '../wire/members.ts';
import { linesOf, type LoggedInvocation } from './log-lines.ts';
import type { Logs } from './logs.ts';

/** What a version did in one second. */
export interface ServedSecond {
  readonly functionName: string;
  readonly version: Version;
  readonly at: number;
  readonly invocations: number;
  /** How many of them failed. */
  readonly errors: number;
}

/** Brings what versions log into CloudWatch, as Lambda does: environment by environment, in batches. */
export interface LogDelivery {
  deliver(second: ServedSecond): void;
  /** Milliseconds from one batch of an environment to the next. */
  setPeriod(functionName: string, version: string, ms: number): void;
  /** From now on nothing that a version logs arrives. */
  stall(functionName: string, version: string): void;
}

// Taken out once: to look up a global is slow in Jest, and hundreds of thousands of lines are delivered there.
const { ceil, floor, min } = Math;
/** So many hexadecimal digits at a time are one whole number. */
const CHUNK = 12;

/** Three recordings of 2023 to 2025 end at 8.99 to 9.04 s. */
const PERIOD_MS = 9_000;

interface Environment {
  readonly stream: string;
  /** From 0 to 1: where in the period its batches leave. */
  readonly phase: number;
}

export function createLogDelivery(logs: Logs, random: Random): LogDelivery {
  const environments = new Map<string, Environment[]>();
  const periods = new Map<string, number>();

  function environmentsOf(second: ServedSecond, logGroup: string): readonly Environment[] {
    const key = keyOf(second.functionName, second.version.version);
    const all = environments.get(key) ?? [];
    environments.set(key, all);
    const { durationMs } = second.version.configuration.behaviour;
    const busy = Math.max(1, Math.ceil((second.invocations * durationMs) / 1000));
    while (all.length < busy) all.push(newEnvironment(second, logGroup));
    return all.slice(0, busy);
  }

  /** Its stream has the date of its birth all its life. */
  function newEnvironment(
    { functionName, version, at }: ServedSecond,
    logGroup: string,
  ): Environment {
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
    const owner = logGroup === `/aws/lambda/${functionName}` ? '' : functionName;
    return { stream: `${day}/${owner}[${version.version}]${hex(32)}`, phase: random() };
  }

  function hex(length: number): string {
    let digits = '';
    for (let left = length; left > 0; left -= CHUNK) {
      const size = min(left, CHUNK);
      let value = 0;
      for (let place = 0; place < size; place++) value = value * 16 + floor(random() * 16);
      digits += value.toString(16).padStart(size, '0');
    }
    return digits;
  }

  function requestId(): string {
    return `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
  }

  return {
    deliver(second) {
      const { version, at, invocations, errors } = second;
      const { behaviour, settings } = version.configuration;
      const logging = members(settings['LoggingConfig']) ?? {};
      const logGroup = text(logging['LogGroup']) ?? `/aws/lambda/${second.functionName}`;
      const used = environmentsOf(second, logGroup);
      const period = periods.get(keyOf(second.functionName, version.version)) ?? PERIOD_MS;
      for (let index = 0; index < invocations; index++) {
        const environment = used[floor(random() * used.length)];
        if (environment === undefined) continue;
        const invocation: LoggedInvocation = {
          requestId: requestId(),
          version: version.version,
          beganAt: at + floor(random() * 1000),
          failed: index < errors,
          behaviour,
          runtime: text(settings['Runtime']) ?? 'nodejs22.x',
          format: text(logging['LogFormat']) === 'JSON' ? 'JSON' : 'Text',
        };
        for (const line of linesOf(invocation)) {
          const ingestedAt = flushAfter(line.at, environment.phase, period);
          logs.put(logGroup, { ...line, stream: environment.stream, ingestedAt });
        }
      }
    },
    setPeriod(functionName, version, ms) {
      periods.set(keyOf(functionName, version), ms);
    },
    stall(functionName, version) {
      periods.set(keyOf(functionName, version), Infinity);
    },
  };
}

function keyOf(functionName: string, version: string): string {
  return `${functionName}:${version}`;
}

/** When the next batch leaves. */
function flushAfter(at: number, phase: number, period: number): number {
  if (period === 0 || period === Infinity) return at + period;
  const offset = phase * period;
  return ceil(ceil((at - offset) / period) * period + offset);
}
