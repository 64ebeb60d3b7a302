import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetAliasCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { denied, THROTTLED, type Fault } from '../../../simulator/wire/faults.ts';
import { machineTime, type ServerTime } from '../../../simulator/time/server-time.ts';
import { refusal, START, startWorld, type World } from '../../fixtures/simulated-world.ts';

let world: World;
/** Lets the sleep of a delayed answer end, which no clock does here. */
let wake: () => void;
let sleptMs: number;
beforeEach(async () => {
  sleptMs = 0;
  const time: ServerTime = {
    begin: (request, response) => machineTime.begin(request, response),
    sleep: (ms) =>
      new Promise((resolve) => {
        sleptMs = ms;
        wake = resolve;
      }),
  };
  world = await startWorld({ time });
  const { lambda } = world.simulator;
  lambda.createFunction({ functionName: 'f' });
  lambda.publishVersion('f');
  lambda.createAlias('f', 'live', { version: '1' });
});
afterEach(() => world.close());

const live = { FunctionName: 'f', Name: 'live' };
const describing = (Description: string, client = world.lambda) =>
  client.send(new UpdateAliasCommand({ ...live, Description }));
const description = () => world.simulator.lambda.getAlias('f', 'live').description;
const inject = (fault: Fault, operation = 'UpdateAlias') =>
  world.simulator.faults.add((request) => (request.operation === operation ? fault : undefined));
/** Resolves when a request has arrived. */
const arrival = () =>
  new Promise<void>((resolve) => {
    world.simulator.onRequest(() => {
      resolve();
    });
  });

describe('a fault of the simulator', () => {
  it('of the kind error answers in the place of Lambda, which does nothing', async () => {
    inject({ ...THROTTLED, retryAfterSeconds: 7 });
    const error: unknown = await describing('new').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate exceeded',
      retryAfterSeconds: '7',
      $metadata: { httpStatusCode: 429 },
    });
    expect(description()).toBe('');
  });

  it('of the kind error comes with the name that CloudWatch puts into its header', async () => {
    const fault = { type: 'error', status: 400, name: 'Throttling', message: 'Rate exceeded' };
    inject(fault as Fault, 'DescribeAlarms');
    const call = world.cloudwatch.send(new DescribeAlarmsCommand({}));
    expect(await refusal(call)).toBe('400 Throttling: Rate exceeded');
    expect(world.simulator.requests.at(-1)?.error).toBe('Throttling');
    const target = 'GraniteServiceVersion20100801.DescribeAlarms';
    const reply = await fetch(world.url, { method: 'POST', headers: { 'x-amz-target': target } });
    expect(reply.headers.get('x-amzn-query-error')).toBe('Throttling;Sender');
    expect(await reply.json()).toMatchObject({ __type: 'ThrottlingException' });
  });

  it('may name errors that the SDK has no class for', async () => {
    inject(denied('lambda:UpdateAlias', 'the function'));
    expect(await refusal(describing('new'))).toMatch(
      /^403 AccessDeniedException: User: .* the function/,
    );
  });

  it('of the kind reset breaks the connection before the request takes effect', async () => {
    inject({ type: 'reset' });
    await expect(describing('new')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(description()).toBe('');
  });

  it('of the kind lost-reply breaks it after the effect', async () => {
    inject({ type: 'lost-reply' });
    await expect(describing('new')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(description()).toBe('new');
  });

  it('of the kind lost-reply makes the retry of the SDK meet its own write', async () => {
    const client = new LambdaClient({
      region: 'eu-west-1',
      endpoint: world.url,
      credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
      maxAttempts: 2,
    });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 0 ? { type: 'lost-reply' } : undefined,
    );
    const { RevisionId } = await client.send(new GetAliasCommand(live));
    const write = client.send(new UpdateAliasCommand({ ...live, RevisionId, Description: 'new' }));
    expect(await refusal(write)).toMatch(/^412 PreconditionFailedException/);
    expect(description()).toBe('new');
  });

  it('of the kind hang never answers, and does nothing', async () => {
    inject({ type: 'hang' });
    const caller = new AbortController();
    const arrived = arrival();
    const call = world.lambda.send(new UpdateAliasCommand({ ...live, Description: 'new' }), {
      abortSignal: caller.signal,
    });
    const outcome = refusal(call);
    await arrived;
    caller.abort();
    expect(await outcome).toContain('AbortError');
    expect(description()).toBe('');
  });

  it('of the kind delay takes effect at once and answers later than a request after it', async () => {
    const mend = inject({ type: 'delay', ms: 1_000 });
    const answered: string[] = [];
    const arrived = arrival();
    const slow = describing('slow').then(() => answered.push('slow'));
    await arrived;
    mend();
    expect(description()).toBe('slow');
    await describing('fast').then(() => answered.push('fast'));
    expect(sleptMs).toBe(1_000);
    wake();
    await slow;
    expect(answered).toEqual(['fast', 'slow']);
  });

  it('of the kind late takes effect when the caller may have gone long since', async () => {
    let arrive = () => {
      // Replaced below.
    };
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const mend = inject({ type: 'late', until });
    const caller = new AbortController();
    const arrived = arrival();
    const call = world.lambda.send(new UpdateAliasCommand({ ...live, Description: 'late' }), {
      abortSignal: caller.signal,
    });
    const outcome = refusal(call);
    await arrived;
    caller.abort();
    expect(await outcome).toContain('AbortError');
    expect(description()).toBe('');
    mend();
    const effect = arrival();
    arrive();
    await effect;
    expect(description()).toBe('late');
  });

  it('of the kind malformed takes effect, and answers what is no JSON', async () => {
    inject({ type: 'malformed' });
    await expect(describing('new')).rejects.toThrow(SyntaxError);
    expect(description()).toBe('new');
  });

  it('is over when it was disposed of', async () => {
    const mend = inject({ type: 'reset' });
    mend();
    await describing('new');
    expect(description()).toBe('new');
  });

  it('can wait for the n-th request of its kind', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 1 ? THROTTLED : undefined,
    );
    await describing('first');
    expect(await refusal(describing('second'))).toMatch(/^429/);
    await describing('third');
    expect(description()).toBe('third');
  });
});

describe('somebody else, played by a test,', () => {
  it('can write right before and right after a request', async () => {
    const { faults, lambda } = world.simulator;
    const seen: string[] = [];
    const stop = faults.before(({ operation }) => {
      if (operation !== 'UpdateAlias') return;
      seen.push(`before: ${description()}`);
      lambda.updateAlias('f', 'live', { description: 'foreign' });
    });
    faults.after(() => seen.push(`after: ${description()}`));
    const { revisionId } = lambda.getAlias('f', 'live');
    const write = { ...live, Description: 'own', RevisionId: revisionId };
    expect(await refusal(world.lambda.send(new UpdateAliasCommand(write)))).toMatch(/^412/);
    expect(seen).toEqual(['before: ']);
    stop();
    await describing('own');
    expect(seen).toEqual(['before: ', 'after: own']);
  });
});

describe('the requests that were seen', () => {
  it('are kept with their time, input and outcome', async () => {
    world.pass(1_000);
    await refusal(
      describing('x').then(() => world.lambda.send(new GetAliasCommand({ ...live, Name: 'y' }))),
    );
    expect(world.simulator.requests).toMatchObject([
      {
        at: START + 1_000,
        service: 'lambda',
        operation: 'UpdateAlias',
        input: { Description: 'x', path: '/2015-03-31/functions/f/aliases/live' },
        status: 200,
        error: '',
      },
      { operation: 'GetAlias', status: 404, error: 'ResourceNotFoundException' },
    ]);
  });
});

describe('what is not simulated', () => {
  it.each([
    ['GET', '/2015-03-31/functions/f/url', {}, 'GET /2015-03-31/functions/f/url'],
    ['POST', '/', { 'x-amz-target': 'GraniteServiceVersion20100801.PutDashboard' }, 'PutDashboard'],
  ])('is named in a 404: %s %s', async (method, path, headers, what) => {
    const reply = await fetch(world.url + path, { method, headers });
    expect(reply.status).toBe(404);
    expect(await reply.text()).toContain(what);
  });

  it('is refused as AWS would when it is no JSON', async () => {
    const init = { method: 'PUT', body: '{' };
    const reply = await fetch(`${world.url}/2015-03-31/functions/f/aliases/live`, init);
    expect(reply.status).toBe(400);
    expect(reply.headers.get('x-amzn-errortype')).toBe('SerializationException');
  });
});
