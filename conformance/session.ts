import { formatDuration } from '../src/core/text/duration.ts';
import { findLeftovers, removeAll, type Leftover } from './leftovers.ts';
import { PREFIX, runId } from './names.ts';
import type { Options } from './options.ts';
import { priceOf } from './price.ts';
import { lineOf } from './report.ts';
import { makeRoles } from './roles.ts';
import { runAll, type Result } from './run.ts';
import { Interrupted, interruptible, type Site } from './site.ts';

/** Whoever sits before it. */
export interface Person {
  readonly tell: (line: string) => void;
  /** Whether to go on. */
  readonly agrees: () => Promise<boolean>;
}

export interface Ending {
  readonly results: readonly Result[];
  /** What could not be removed, with AWS's words. */
  readonly left: readonly string[];
  readonly isInterrupted: boolean;
}

const NOTHING: Ending = { results: [], left: [], isInterrupted: false };

type Wanted = Pick<Options, 'experiments' | 'stateMachine' | 'keep' | 'cleanup' | 'yes'>;

/** From what an earlier run left to what this one leaves, which is nothing. */
export async function session(
  options: Wanted,
  site: Site,
  { tell, agrees }: Person,
  signal: AbortSignal,
): Promise<Ending> {
  const never = new AbortController().signal;
  const cleaning = site.clients(never);
  const leftovers = await findLeftovers(cleaning, site);
  for (const { kind, id } of leftovers) tell(`Left by another run: ${kind} ${id}`);
  if (!options.cleanup) tell(announcement(options, site));
  if (options.cleanup && leftovers.length === 0) tell('No run has left anything.');
  const isToAsk = !options.yes && (!options.cleanup || leftovers.length > 0);
  if (isToAsk && !(await agrees())) return NOTHING;
  const stuck = [...(await removeAll(cleaning, site, leftovers))];
  if (options.cleanup || stuck.length > 0) return { ...NOTHING, left: stuck };

  const run = runId(site.now());
  const results: Result[] = [];
  const onResult = (result: Result) => {
    results.push(result);
    tell(lineOf(result));
  };
  let isInterrupted = false;
  try {
    const waiting = { ...site, sleep: interruptible(site.sleep, signal) };
    const { cloudformation } = site.clients(signal);
    const roles = site.roles ?? (await makeRoles(waiting, cloudformation, `${PREFIX}${run}`));
    const { stateMachine } = options;
    await runAll(options.experiments, { site, run, roles, stateMachine, signal, onResult });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    isInterrupted = true;
    tell('Interrupted. What was made is removed; once more, and it stays for the next run.');
  } finally {
    if (!options.keep) {
      const own = (await findLeftovers(cleaning, site)).filter(isOf(run));
      stuck.push(...(await removeAll(cleaning, site, own)));
    }
  }
  const order = results.toSorted(
    (one, other) =>
      options.experiments.indexOf(one.experiment) - options.experiments.indexOf(other.experiment),
  );
  return { results: order, left: stuck, isInterrupted };
}

function announcement({ experiments }: Wanted, { name, region }: Site): string {
  const minutes = experiments.reduce((sum, each) => sum + each.minutes, 0);
  const longest = Math.max(...experiments.map((each) => each.minutes));
  const ms = 60_000 * Math.max(longest, Math.ceil(minutes / 6));
  const price = priceOf(experiments);
  return (
    `${experiments.length} experiments on ${name} in ${region}, about ${formatDuration(ms)}. ` +
    `On AWS they cost about $${price.toFixed(2)}.`
  );
}

const isOf =
  (run: string) =>
  ({ id }: Leftover) =>
    id.includes(`${PREFIX}${run}`);
