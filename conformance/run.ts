import type { Call } from './calls.ts';
import type { Clients } from './clients.ts';
import { notSeen, type Experiment, type Seen } from './experiment.ts';
import { namesOf, type Lab, type Roles } from './lab.ts';
import { refusalOf, told } from './refusal.ts';
import { Interrupted, interruptible, type Site } from './site.ts';

/** What an experiment came to. */
export interface Result {
  readonly experiment: Experiment;
  readonly seen: Seen;
  /** Epoch milliseconds. */
  readonly beganAt: number;
  readonly endedAt: number;
  readonly calls: readonly Call[];
}

export interface Running {
  readonly site: Site;
  readonly run: string;
  readonly roles: Roles;
  readonly stateMachine: string | undefined;
  readonly signal: AbortSignal;
  readonly onResult: (result: Result) => void;
}

/** Most of them wait for AWS most of the time; all at once they would throttle each other. */
const AT_ONCE = 6;

/** @returns the results in the order of the experiments. @throws Interrupted */
export async function runAll(
  experiments: readonly Experiment[],
  running: Running,
): Promise<readonly Result[]> {
  const results = new Map<Experiment, Result>();
  const waiting = [...experiments];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await runOne(next, running);
      results.set(next, result);
      running.onResult(result);
    }
  };
  const workers = Array.from({ length: AT_ONCE }, work);
  // All of them, so that nothing is made any more when what was made is removed.
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return experiments.flatMap((each) => results.get(each) ?? []);
}

async function runOne(experiment: Experiment, running: Running): Promise<Result> {
  const { site, signal } = running;
  const clients = site.clients(signal);
  const beganAt = site.now();
  const seen = await saying(() => experiment.run(labFor(experiment, running, clients)));
  return { experiment, seen, beganAt, endedAt: site.now(), calls: clients.calls };
}

/** Whatever breaks an experiment says nothing of what it was to see. */
async function saying(run: () => Promise<Seen>): Promise<Seen> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const refusal = refusalOf(error);
    return notSeen(refusal.status === 0 ? `${refusal.name}: ${refusal.message}` : told(refusal));
  }
}

function labFor(experiment: Experiment, running: Running, clients: Clients): Lab {
  const { site, run, roles, stateMachine, signal } = running;
  const { region, account, environment, now } = site;
  return {
    ...clients,
    as: (credentials) => site.clients(signal, credentials),
    region,
    account,
    environment,
    now,
    roles,
    stateMachine,
    sleep: interruptible(site.sleep, signal),
    name: namesOf(run, experiment.id),
    runAction: (inputs) => site.runAction(inputs, signal),
  };
}
