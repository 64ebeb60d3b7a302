import {
  describeComparison,
  type ComparedCounts,
  type ComparisonFinding,
} from '../checks/comparison.ts';
import { ERRORS } from '../checks/comparison-reader.ts';
import { GOES_ON_UNDECIDED } from '../checks/step-end.ts';
import {
  fewWords,
  lateWords,
  missingWords,
  SIDE_BY_SIDE,
  STANDS_AGAINST,
  unservedWords,
} from '../checks/step-end-words.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { NOTHING_STAKED } from '../statistics/betting.ts';
import type { Rule } from '../statistics/evidence.ts';
import { membersOf, numberOf, recordsIn, textOf, type Members } from './members.ts';
import type { Why } from './step-end.ts';
import { machineVerdict } from './told-findings.ts';
import { minutesIn, stakedBefore } from './told-minutes.ts';
import { WORDS } from './words.ts';
import { policyOf, weightIn, type CheckTold, type MetricReading } from './told-reading.ts';

/** How the versions compared, with the machine's sums and the minutes of which it made them. */
export function comparisonTold(verdict: Members, reading: MetricReading): CheckTold {
  const counts = countsIn(verdict, reading);
  const { kind, reason: why } = machineVerdict(verdict);
  const said = reasonOf({ kind, why }, { counts, verdict, reading });
  const finding: ComparisonFinding = {
    kind: 'comparison',
    check: `${counts.name} of ${counts.target}`,
    at: reading.at,
    verdict: { kind, reason: kind === 'pass' ? '' : said },
    ...counts,
  };
  return { finding, warning: kind === 'pass' ? warningOf(why, said, reading) : undefined };
}

/** Of what passes with a doubt; anything else has none. */
function warningOf(why: string, said: string, reading: MetricReading): string | undefined {
  if (why === 'few' || why === 'undecided') return `${said}. ${GOES_ON_UNDECIDED}`;
  return why === 'near' && weightIn(reading) >= 100 ? `${said}${SIDE_BY_SIDE}` : undefined;
}

/** How the versions compared by then: the machine's sums, with the minutes of which it made them. */
function countsIn(verdict: Members, reading: MetricReading): ComparedCounts {
  const account = membersOf(verdict['account']);
  const standing = membersOf(account['standing']);
  const target = textOf(verdict['of']);
  const name = textOf(verdict['check']) || ERRORS.name;
  const check = `${name} of ${target}`;
  const found = reading.before.find((each) => each.kind === 'comparison' && each.check === check);
  const last = found?.kind === 'comparison' ? found : undefined;
  const rule = ruleOf(policyOf(reading)['rule']);
  const minutes = minutesOf({ name, target }, reading);
  const [first] = minutes;
  const known = last?.minutes ?? [];
  const counted = {
    baseline: { total: numberOf(account['served']), bad: numberOf(account['failed']) },
    canary: { total: numberOf(standing['requests']), bad: numberOf(standing['failures']) },
  };
  const isCounted =
    known.length + minutes.length + counted.baseline.total + counted.canary.total > 0;
  return {
    name,
    target,
    ...counted,
    // Those that were read once more replace what they were.
    minutes: first === undefined ? known : [...known.filter(({ at }) => at < first.at), ...minutes],
    // Of all that it was, the last is told.
    evidence: isCounted ? [{ at: reading.at, logE: numberOf(standing['logE']) }] : [],
    needed: asWritten(1 / rule.alpha),
    pValue: Math.min(1, Math.exp(-numberOf(standing['highest']))),
    outstanding:
      first === undefined
        ? (last?.outstanding ?? { before: NOTHING_STAKED, last: undefined, rule })
        : {
            before: stakedBefore(closedIn({ name, target }, reading), minutes, rule),
            last: minutes.at(-1),
            rule,
          },
    reverts: standing['reverts'] === true,
  };
}

type Named = Pick<ComparedCounts, 'name' | 'target'>;

function targetNumber(target: string, { input }: Pick<MetricReading, 'input'>): number {
  return recordsIn(input['targets']).findIndex((each) => each['name'] === target);
}

function minutesOf({ name, target }: Named, reading: MetricReading) {
  const { errors, compared } = policyOf(reading);
  const isErrors = membersOf(errors)['name'] === name;
  const of = isErrors ? errors : recordsIn(compared).find((each) => each['name'] === name);
  const { replied, variables } = reading;
  return minutesIn(membersOf(of), {
    replied,
    target: targetNumber(target, reading),
    isLate: isErrors,
    variables,
    openFrom: numberOf(membersOf(reading.judgedBefore)['openFrom']),
    policy: policyOf(reading),
    weight: weightIn(reading),
  });
}

/** What had been added up for good when the minutes of this reading were not a part of it. */
function closedIn({ name, target }: Named, reading: MetricReading): unknown {
  const { errors, compared } = policyOf(reading);
  const closed = recordsIn(membersOf(reading.judgedBefore)['closed']);
  const account = membersOf(closed[targetNumber(target, reading)]);
  if (membersOf(errors)['name'] === name) return account['standing'];
  const index = recordsIn(compared).findIndex((each) => each['name'] === name);
  return recordsIn(account['compared'])[index]?.['standing'];
}

interface Said {
  readonly counts: ComparedCounts;
  readonly verdict: Members;
  readonly reading: MetricReading;
}

/** In the words of core/checks/step-end.ts. Whatever a newer machine says is told as it is. */
function reasonOf(
  { kind, why }: { readonly kind: Verdict['kind']; readonly why: string },
  { counts, verdict, reading }: Said,
): string {
  const { target } = counts;
  const weight = weightIn(reading);
  const isPromoted = weight >= 100;
  const { inStep, under } = membersOf(verdict['account']);
  const { baseline, canary } = membersOf(inStep);
  const described = describeComparison(counts);
  switch (why as Why) {
    case '':
    case 'evidence':
      return described;
    case 'near':
      return isPromoted ? described : `${described}${STANDS_AGAINST.near}`;
    case 'unconfirmed': {
      const asked = kind === 'extend' ? 'unconfirmed' : isPromoted ? 'promoted' : 'extended';
      return `${described}${STANDS_AGAINST[asked]}`;
    }
    case 'undecided':
      return `${described}${STANDS_AGAINST.undecided}`;
    case 'late':
      return lateWords(target, isPromoted);
    case 'unserved':
      if (inStep === undefined) return `${described}${WORDS.unserved}`;
      return unservedWords(target, (numberOf(baseline) * weight) / (100 - weight), weight);
    case 'few': {
      if (inStep === undefined) return `${described}${WORDS.few}`;
      const needed = numberOf(policyOf(reading)['minInvocations']);
      return fewWords(target, { served: numberOf(canary), weight, needed });
    }
    case 'missing':
      if (under === undefined) return `${described}${WORDS.missing}`;
      return missingWords(target, sharesOf(under, reading));
    default:
      return `${described}; ${why}`;
  }
}

/** What was counted under each weight that leaves some of the traffic to both. */
function sharesOf(under: unknown, { variables }: MetricReading) {
  const changes = recordsIn(variables['changes']);
  return recordsIn(under).flatMap(({ baseline, canary }, index) => {
    const weight = numberOf(changes[index]?.['weight'], 100);
    return weight >= 100
      ? []
      : [{ weight: weight / 100, baseline: numberOf(baseline), canary: numberOf(canary) }];
  });
}

/** The machine is given logarithms; what comes back of them is rounded to what was meant. */
export function asWritten(needed: number): number {
  return Number(needed.toPrecision(12));
}

function ruleOf(value: unknown): Rule {
  const { ratio, margin, floor, confirm, burst, enough } = membersOf(value);
  return {
    ratio: numberOf(ratio, 1),
    margin: numberOf(margin),
    floor: numberOf(floor),
    confirm: numberOf(confirm),
    burst: numberOf(burst, 1),
    alpha: Math.exp(-numberOf(enough)),
  };
}
