// Prints what rollouts cost that AWS carries, beside the runner that waits: three plans, or the one that is given as options.
//   npm run costs -- --steps '1% 1d, 10% 1d, 50% 1d' --bake-time 1d --functions 3 --poll-interval 1m --analysis off
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { costsOf, PRICES, type CostedPlan } from '../proofs/carried-costs.ts';
import { planOf } from '../src/core/rollout/plan.ts';
import { formatDuration } from '../src/core/text/duration.ts';
import { grouped } from '../src/core/text/numbers.ts';
import { INPUT_DEFAULTS } from '../src/inputs/defaults.ts';
import { durationMs } from '../src/inputs/duration.ts';
import { parseSteps } from '../src/inputs/steps.ts';

interface Named {
  readonly steps: string;
  readonly 'bake-time': string;
}

/** 20 minutes, 6 hours and 3 days. */
const PLANS: readonly Named[] = [
  { steps: '10% 5m, 50% 10m', 'bake-time': '5m' },
  { steps: '5% 1h, 25% 2h, 50% 2h', 'bake-time': '1h' },
  { steps: '1% 1d, 10% 1d, 50% 12h', 'bake-time': '12h' },
];
const SETTLING_MS = 3 * 60_000;

interface Given {
  readonly functions: number;
  readonly pollMs: number;
  readonly maxExtension: number;
  readonly compares: boolean;
}

const USUAL: Given = {
  functions: 1,
  pollMs: msOf('poll-interval', INPUT_DEFAULTS['poll-interval']),
  maxExtension: Number(INPUT_DEFAULTS['max-extension']),
  compares: true,
};

function msOf(name: string, text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new Error(`--${name} ${text} is no duration`);
  return ms;
}

function planFrom(named: Named, given: Given): CostedPlan {
  const parsed = parseSteps(named.steps, 'execution');
  if ('problems' in parsed) throw new Error(`--steps: ${parsed.problems.join('; ')}`);
  const { steps } = planOf(parsed.steps, msOf('bake-time', named['bake-time']));
  const { functions: targets, pollMs, maxExtension, compares } = given;
  return { course: { steps, maxExtension, settlingMs: SETTLING_MS }, targets, compares, pollMs };
}

const dollars = (amount: number) => `$${amount.toFixed(amount < 1 ? 3 : 2)}`;

/** For three plans, where none is given: a table, and where its prices are from. */
export function costsSection(plans: readonly Named[] = PLANS, given: Given = USUAL): string {
  const rows = plans.map((named) => {
    const costs = costsOf(planFrom(named, given));
    return [
      `\`${named.steps}\`, then ${named['bake-time']}`,
      formatDuration(costs.pollMs),
      grouped(costs.transitions),
      grouped(costs.metrics),
      dollars(costs.carriedByAws),
      dollars(costs.runnerLeft),
      `${dollars(costs.runner)} (${grouped(costs.minutes)} min)`,
    ];
  });
  const head = ['Plan', 'Read every', 'Transitions', 'Metrics', 'AWS', 'Job that leaves'];
  const prices = Object.values(PRICES).map(
    ({ of, verified }) =>
      `- ${of} (${verified === undefined ? 'from memory, not looked up' : `read on ${verified}`})`,
  );
  return `${markdownTable([[...head, 'Runner that waits'], ...rows])}\n\n${prices.join('\n')}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string' },
      'bake-time': { type: 'string', default: '5m' },
      functions: { type: 'string', default: '1' },
      'poll-interval': { type: 'string', default: INPUT_DEFAULTS['poll-interval'] },
      'max-extension': { type: 'string', default: INPUT_DEFAULTS['max-extension'] },
      analysis: { type: 'string', default: 'on' },
    },
  });
  const { steps, 'bake-time': bakeTime } = values;
  const plans = steps === undefined ? PLANS : [{ steps, 'bake-time': bakeTime }];
  const section = costsSection(plans, {
    functions: Number(values.functions),
    pollMs: msOf('poll-interval', values['poll-interval']),
    maxExtension: Number(values['max-extension']),
    compares: values.analysis !== 'off',
  });
  console.log(section);
}
