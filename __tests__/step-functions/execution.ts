import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { Lambda } from '@aws-sdk/client-lambda';
import jsonata from 'jsonata';

import { getAlias } from '../../simulator/lambda/aliases.ts';
import { startServer, type RunningServer } from '../../simulator/server.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';

/** Where scripts/step-functions.ts has installed moto. */
const PYTHON = process.env['STEP_FUNCTIONS_PYTHON'] ?? '';
const REGION = 'eu-west-1';

export const START = Date.UTC(2026, 10, 23, 14, 0, 20);

export interface Ended {
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly output: unknown;
  /** Events of the history, as they count against its limit. */
  readonly events: number;
  /** The states that were entered, in order. */
  readonly states: readonly string[];
}

type Question = { readonly evaluate: string } | Call | { readonly wait: number } | Ending;

interface Call {
  readonly service: string;
  readonly action: string;
  readonly arguments: object;
}

interface Ending {
  readonly ended: Omit<Ended, 'events' | 'states'>;
  readonly events: readonly Event[];
}

interface Event {
  readonly type: string;
  readonly state: string | null;
}

/** A simulated AWS whose time passes while an execution waits, and then only. */
export interface World {
  readonly simulator: Simulator;
  now(): number;
  /** Does something at a moment, in milliseconds after the beginning. */
  at(afterMs: number, act: () => void): void;
  /** @param stopAt whether somebody stops the execution right before it asks this of the world */
  execute(
    definition: object,
    input: object,
    stopAt?: (question: object) => boolean,
  ): Promise<Ended>;
  alias(functionName?: string): string;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  let now = START;
  const planned: { readonly at: number; readonly act: () => void }[] = [];
  const simulator = createSimulator({ clock: { now: () => now }, seed: 7, region: REGION });
  const server = await startServer(simulator);
  const aws = clientsOf(server);

  function passTo(until: number): void {
    for (;;) {
      const [next] = planned.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      planned.splice(planned.indexOf(next), 1);
      now = Math.max(now, next.at);
      simulator.advance();
      next.act();
    }
    now = Math.max(now, until);
    simulator.advance();
  }

  async function answer(question: Question): Promise<object> {
    if ('evaluate' in question) return evaluated(question.evaluate, now);
    if ('wait' in question) {
      passTo(now + question.wait * 1_000);
      return {};
    }
    if ('action' in question) return called(aws, question);
    return {};
  }

  return {
    simulator,
    now: () => now,
    at: (afterMs, act) => void planned.push({ at: START + afterMs, act }),
    async execute(definition, input, stopAt = () => false) {
      const child = spawn(PYTHON, ['__tests__/step-functions/interpreter.py'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const tell = (value: object) => child.stdin.write(`${JSON.stringify(value)}\n`);
      tell({ definition, input });
      for await (const line of createInterface(child.stdout)) {
        const question = JSON.parse(line) as Question;
        if ('ended' in question) {
          child.kill();
          return endedOf(question);
        }
        if (stopAt(question)) {
          child.kill();
          return {
            status: 'ABORTED',
            error: null,
            cause: null,
            output: null,
            events: 0,
            states: [],
          };
        }
        tell(await answer(question));
      }
      throw new Error('the interpreter ended before the execution did');
    },
    alias(functionName = 'checkout') {
      const { version, weights, description } = getAlias(simulator.lambda, functionName, 'live');
      const others = Object.entries(weights).map(([other, part]) => `+${other}@${part}`);
      return `${version}${others.join('')}${description === '' ? '' : ' marked'}`;
    },
    async close() {
      for (const client of Object.values(aws)) client.destroy();
      await server.close();
    },
  };
}

function clientsOf({ url }: RunningServer) {
  const options = {
    endpoint: url,
    region: REGION,
    maxAttempts: 1,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  };
  return { lambda: new Lambda(options), cloudwatch: new CloudWatch(options) };
}

async function evaluated(expression: string, now: number): Promise<object> {
  try {
    const found: unknown = await jsonata(expression).evaluate(undefined, {
      millis: () => now,
      now: () => new Date(now).toISOString(),
    });
    if (found === undefined) return { error: 'the expression returned nothing (undefined)' };
    return { value: found };
  } catch (error) {
    return { error: `${(error as Error).message} in ${expression.slice(0, 2_000)}` };
  }
}

const ACTIONS = {
  update_alias: (arguments_: never) => (aws: Clients) => aws.lambda.updateAlias(arguments_),
  get_alias: (arguments_: never) => (aws: Clients) => aws.lambda.getAlias(arguments_),
  describe_alarms: (arguments_: never) => (aws: Clients) =>
    aws.cloudwatch.describeAlarms(arguments_),
  describe_alarm_history: (arguments_: never) => (aws: Clients) =>
    aws.cloudwatch.describeAlarmHistory(arguments_),
  get_metric_data: (arguments_: never) => (aws: Clients) =>
    aws.cloudwatch.getMetricData(arguments_),
};

type Clients = ReturnType<typeof clientsOf>;

async function called(aws: Clients, { action, arguments: given }: Call): Promise<object> {
  try {
    const act = ACTIONS[action as keyof typeof ACTIONS];
    const { $metadata, ...value } = await act(withDates(given) as never)(aws);
    return { value, status: $metadata.httpStatusCode };
  } catch (error) {
    const { name, message, $metadata } = error as Error & {
      $metadata?: { httpStatusCode?: number };
    };
    const answered = $metadata?.httpStatusCode !== undefined;
    return {
      error: answered ? name : 'SdkClientException',
      message,
      status: $metadata?.httpStatusCode ?? 0,
    };
  }
}

/** In the JSON of a state times are texts. */
function withDates(given: object): object {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      /^(?:Start|End)(?:Time|Date)$/.test(name) ? new Date(String(value)) : (value as unknown),
    ]),
  );
}

function endedOf({ ended, events }: Ending): Ended {
  return {
    ...ended,
    events: events.length,
    states: events.flatMap(({ state }) => state ?? []),
  };
}
