import type { AlarmFinding } from '../checks/alarms.ts';
import { describeComparison, type ComparisonFinding } from '../checks/comparison.ts';
import type { Finding } from '../checks/finding.ts';
import { PASS, SEVERITY, type Verdict } from '../rollout/verdict.ts';
import { NOTHING_STAKED } from '../statistics/betting.ts';
import type { Rule } from '../statistics/evidence.ts';
import { membersOf, numberOf, recordsIn, textOf } from './members.ts';
import type { Why } from './step-end.ts';
import { WORDS } from './words.ts';

/** What a reading said, as the machine keeps it: `{ kind, why }`. */
export function machineVerdict(value: unknown): Verdict {
  const { kind, why } = membersOf(value);
  const known = SEVERITY.find((each) => each === kind);
  return known === undefined ? PASS : { kind: known, reason: textOf(why) };
}

/** Of each alarm the state that it was in, with AWS's reason where that was told. */
export function alarmFindings(
  watched: unknown,
  reasons: ReadonlyMap<string, string>,
  at: number,
): readonly AlarmFinding[] {
  const { watches, verdict } = membersOf(watched);
  const said = machineVerdict(verdict);
  return recordsIn(watches).map((each): AlarmFinding => {
    const check = textOf(each['name']);
    const isMeant = said.kind !== 'pass' && said.reason.startsWith(`alarm ${check} `);
    return {
      kind: 'alarm',
      at,
      check,
      state: textOf(each['state']),
      detail: reasons.get(check) ?? '',
      verdict: isMeant ? said : PASS,
    };
  });
}

/** How the versions compared by then. @param before of the reading before, whose evidence goes on */
export function comparisonFindings(
  judged: unknown,
  rule: unknown,
  { before, at }: { readonly before: readonly Finding[]; readonly at: number },
): readonly ComparisonFinding[] {
  return recordsIn(membersOf(judged)['verdicts']).flatMap((each): readonly ComparisonFinding[] => {
    const account = membersOf(each['account']);
    const standing = membersOf(account['standing']);
    if (!('logE' in standing)) return [];
    const target = textOf(each['of']);
    const name = textOf(each['check']) || 'errors';
    const check = `${name} of ${target}`;
    const last = before.find((other) => other.kind === 'comparison' && other.check === check);
    const seen = last?.kind === 'comparison' ? last.evidence : [];
    const known = ruleOf(rule);
    const counts = {
      name,
      target,
      baseline: { total: numberOf(account['served']), bad: numberOf(account['failed']) },
      canary: { total: numberOf(standing['requests']), bad: numberOf(standing['failures']) },
      // The machine keeps sums, and not what they were counted in.
      minutes: [],
      evidence: [...seen, { at, logE: numberOf(standing['logE']) }],
      needed: 1 / known.alpha,
      pValue: Math.min(1, Math.exp(-numberOf(standing['highest']))),
      outstanding: { before: NOTHING_STAKED, last: undefined, rule: known },
      reverts: standing['reverts'] === true,
    };
    const { kind, reason: why } = machineVerdict(each);
    const reason =
      kind === 'pass' && why === '' ? '' : `${describeComparison(counts)}${wordsOf(why)}`;
    return [{ kind: 'comparison', check, at, verdict: { kind, reason }, ...counts }];
  });
}

/** Whatever a newer machine says is told as it is. */
function wordsOf(why: string): string {
  return why in WORDS ? WORDS[why as Why] : `; ${why}`;
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
