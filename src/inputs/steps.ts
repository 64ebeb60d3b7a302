import { MINUTE_MS } from '../core/minute.ts';
import type { Step } from '../core/rollout/plan.ts';
import { durationMs, isTooLong, tooLong, type Lasting } from './duration.ts';
import { didYouMean } from '../core/text/guess.ts';
import { quoted } from './fields.ts';
import { strangeList } from './list-forms.ts';

const SHORTEST_BAKE_MS = 1_000;
// One for each percent.
const MOST_STEPS = 100;

export type ParsedSteps =
  | { readonly steps: readonly Step[] }
  /** What is wrong, one sentence for each step. */
  | { readonly problems: readonly string[] };

/** `5% 5m, 25% 10m`, one step per line, or the name of a CodeDeploy deployment configuration. */
export function parseSteps(text: string, lasting: Lasting = 'job'): ParsedSteps {
  const preset = parsePreset(text.trim(), lasting);
  if (preset !== undefined) return preset;

  const strange = strangeSteps(text);
  if (strange !== undefined) return { problems: [strange] };
  const parts = text
    .split(/[\n,]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) {
    return { problems: ['there is no step; for none at all write AllAtOnce'] };
  }
  if (parts.length > MOST_STEPS) {
    return { problems: [`${parts.length} steps are given; at most ${MOST_STEPS} can be`] };
  }
  const parsed = parts.map((part, index) =>
    parseStep(part, `step ${index + 1} ${quoted(part)}`, lasting),
  );
  const problems = parsed.filter((step) => typeof step === 'string');
  const steps = parsed.filter((step) => typeof step !== 'string');
  return problems.length > 0 ? { problems } : rising(steps);
}

function parseStep(text: string, name: string, lasting: Lasting): Step | string {
  const match = /^(?<weight>\d+(?:\.\d+)?)\s*%\s+(?<bake>\S.*)$/.exec(text);
  const { weight, bake } = match?.groups ?? {};
  if (weight === undefined || bake === undefined) {
    return `${name} is not a weight and a bake time; write it like "10% 5m"${presetHint(text)}`;
  }
  // Finer weights could not be told apart from what Lambda makes of them.
  if (/\.\d{3}/.test(weight)) return `${name}: a weight has at most two decimals`;
  const bakeMs = durationMs(bake);
  if (bakeMs === undefined) {
    return `${name}: ${quoted(bake)} is not a duration; write it with a unit, like 90s, 5m or 1h30m`;
  }
  if (bakeMs < SHORTEST_BAKE_MS) return `${name}: a step bakes for 1s or longer`;
  if (isTooLong(bakeMs, lasting)) return `${name}: ${tooLong(lasting)}`;
  if (Number(weight) <= 0 || Number(weight) >= 100) {
    return `${name}: a weight is above 0% and below 100%; the promotion to 100% comes after the last step by itself`;
  }
  return { weight: Number(weight), bakeMs };
}

/** Steps that are written as elsewhere: half of them would be read, and the other half refused for the wrong reason. */
function strangeSteps(text: string): string | undefined {
  const [, whole, rest] = /(\d+),(\d+\s*%)/.exec(text) ?? [];
  if (whole !== undefined && rest !== undefined) {
    return `${quoted(`${whole},${rest}`)} has a comma, which separates steps; did you mean ${whole}.${rest}?`;
  }
  return strangeList(text);
}

/** Names of CodeDeploy's that come near to what was written, with its numbers. */
function presetHint(text: string): string {
  if (!/^[a-z]/i.test(text)) return '';
  const [weight = '10', minutes = '5'] = text.match(/\d+/g) ?? [];
  const name = text.replace(/^CodeDeployDefault\.?(?:Lambda)?/i, '');
  const every = minutes === '1' ? '1Minute' : `${minutes}Minutes`;
  const presets = [
    'AllAtOnce',
    `Canary${weight}Percent${minutes}Minutes`,
    `Linear${weight}PercentEvery${every}`,
  ];
  return didYouMean(name, presets) || `, or the name of a preset, like ${presets.join(' or ')}`;
}

function rising(steps: readonly Step[]): ParsedSteps {
  const problems = steps.flatMap(({ weight }, index) => {
    const before = steps[index - 1];
    return before !== undefined && weight <= before.weight
      ? [`step ${index + 1} (${weight}%) must be above step ${index} (${before.weight}%)`]
      : [];
  });
  return problems.length > 0 ? { problems } : { steps };
}

const PRESET =
  /^(?:CodeDeployDefault\.Lambda)?(?:(?<all>AllAtOnce)|Canary(?<canary>\d+)Percent(?<bake>\d+)Minutes?|Linear(?<linear>\d+)PercentEvery(?<every>\d+)Minutes?)$/;

/** The names CodeDeploy users know; other numbers than CodeDeploy's own work too. */
function parsePreset(text: string, lasting: Lasting): ParsedSteps | undefined {
  const groups = PRESET.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { all, canary, bake, linear, every } = groups;
  if (all !== undefined) return { steps: [] };

  const weight = Number(canary ?? linear);
  const bakeMs = Number(bake ?? every) * MINUTE_MS;
  if (weight <= 0 || weight >= 100 || bakeMs === 0) {
    return { problems: [`${quoted(text)} needs a percentage from 1 to 99 and at least 1 minute`] };
  }
  if (isTooLong(bakeMs, lasting)) return { problems: [`${quoted(text)}: ${tooLong(lasting)}`] };
  if (canary !== undefined) return { steps: [{ weight, bakeMs }] };
  const count = Math.ceil(100 / weight) - 1;
  return {
    steps: Array.from({ length: count }, (_, index) => ({ weight: weight * (index + 1), bakeMs })),
  };
}
