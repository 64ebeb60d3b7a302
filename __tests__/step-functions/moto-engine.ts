import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { Lambda } from '@aws-sdk/client-lambda';
import jsonata from 'jsonata';

import { startServer, type RunningServer } from '../../simulator/server.ts';
import { withoutEmptyLists, type JsonObject } from '../../simulator/states/json.ts';
import type { Ended, Engine, EngineWorld } from './execution.ts';

type Question = { readonly evaluate: string } | Call | { readonly wait: number } | Ending;

interface Call {
  readonly service: string;
  readonly action: string;
  readonly arguments: object;
}

interface Ending {
  readonly ended: Omit<Ended, 'events' | 'course' | 'states'>;
  readonly events: readonly Event[];
}

interface Event {
  readonly type: string;
  readonly state: string | null;
}

/** Executions by moto's interpreter, which asks for what it does to the world. */
export async function motoEngine(world: EngineWorld, python: string): Promise<Engine> {
  const { simulator, now, passTo, leavesOutEmptyLists } = world;
  const server = await startServer(simulator);
  const aws = clientsOf(server, simulator.region);

  async function answer(question: Question): Promise<object> {
    if ('evaluate' in question) return evaluated(question.evaluate, now());
    if ('wait' in question) {
      passTo(now() + question.wait * 1_000);
      return {};
    }
    if ('action' in question) {
      const reply = await called(aws, question);
      // What becomes a text here is one for the interpreter, too: times.
      const plain = JSON.parse(JSON.stringify(reply)) as JsonObject;
      return leavesOutEmptyLists ? (withoutEmptyLists(plain) as JsonObject) : plain;
    }
    return {};
  }

  return {
    async execute(definition, input, stopWhen) {
      const child = spawn(python, ['__tests__/step-functions/interpreter.py'], {
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
        if (stopWhen()) {
          child.kill();
          return STOPPED;
        }
        tell(await answer(question));
      }
      throw new Error('the interpreter ended before the execution did');
    },
    async close() {
      for (const client of Object.values(aws)) client.destroy();
      await server.close();
    },
  };
}

/** It is ended from outside, and tells nothing of what it did. */
const STOPPED: Ended = {
  status: 'ABORTED',
  error: null,
  cause: null,
  output: null,
  events: 0,
  course: [],
  states: [],
};

function clientsOf({ url }: RunningServer, region: string) {
  const options = {
    endpoint: url,
    region,
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
      parse: (text: string) => JSON.parse(text) as unknown,
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
  get_provisioned_concurrency_config: (arguments_: never) => (aws: Clients) =>
    aws.lambda.getProvisionedConcurrencyConfig(arguments_),
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
  const { output } = ended;
  return {
    ...ended,
    output: typeof output === 'string' ? (JSON.parse(output) as unknown) : output,
    events: events.length,
    course: events.map(({ type, state }) => [type, ...(state === null ? [] : [state])].join(' ')),
    states: events.flatMap(({ state }) => state ?? []),
  };
}
