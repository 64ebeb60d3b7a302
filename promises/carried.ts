import { pick, seeded } from '../simulator/time/random.ts';
import type { Dying, Happening, Scenario } from './scenario.ts';

/** One rollout in so many is carried by AWS: each of its readings evaluates expressions, so it costs many times the CPU. */
const ONE_IN = 8;
/** Keeps what is decided here apart from everything else of a seed, which is what it would be without. */
const STREAM = 0x5f1;

/** The scenario, with AWS to carry it if its seed has it so. */
export function carriedOf(scenario: Scenario): Scenario {
  const random = seeded(scenario.seed ^ STREAM);
  if (random() * ONE_IN >= 1) return scenario;
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));
  const death = ({ atWrite, ...dying }: Dying): Dying => ({
    ...dying,
    // At any of its calls: the writes are those of AWS.
    atWrite: atWrite === undefined ? undefined : { ...atWrite, nth: between(1, MOST_CALLS) },
  });
  const { onUnfinished } = scenario;
  return {
    ...scenario,
    carried: {
      waits: random() < 0.7,
      holdForSeconds: between(60, 1_200),
      stoppedAfter: random() < 0.25 ? between(1, MOST_EVENTS) : undefined,
      repairs: random() < 0.1 ? 2 : 1,
    },
    death: death(scenario.death),
    jobs: scenario.jobs.map((job) => ({ ...job, death: death(job.death) })),
    gap: { ...scenario.gap, what: awake(scenario.gap.what) },
    happenings: scenario.happenings.filter(({ what }) => awake(what) !== undefined),
    // It is refused, which needs to be seen now and then only.
    onUnfinished:
      onUnfinished === 'resume' ? pick(random, ['', 'revert', 'fail', 'resume']) : onUnfinished,
    // Nothing of a job ends what AWS carries, and AWS can do neither of the others.
    means: undefined,
    logs: undefined,
    commands: undefined,
  };
}

const MOST_CALLS = 30;
const MOST_EVENTS = 250;

/** A runner that sleeps is nothing to AWS, which goes on; here there is one time for both. */
function awake(what: Happening | undefined): Happening | undefined {
  return what === 'machine asleep' ? undefined : what;
}
