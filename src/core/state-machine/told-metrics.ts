import type { Finding } from '../checks/finding.ts';
import { describePromoted, type PromotedFinding } from '../checks/promoted.ts';
import { silence } from '../checks/silence.ts';
import {
  evaluateCheck,
  formatValue,
  uncheckedWords,
  type MetricCheck,
  type Order,
  type ThresholdFinding,
  type Unit,
} from '../checks/thresholds.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';
import { formatDuration } from '../text/duration.ts';
import { membersOf, numberOf, recordsIn, textOf, type Members } from './members.ts';
import { SILENT, UNSEEN } from './metrics.ts';
import { asWritten, comparisonTold } from './told-comparison.ts';
import { machineVerdict } from './told-findings.ts';
import { NOTHING_REPLIED } from './told-minutes.ts';
import { policyOf, type CheckTold, type MetricReading } from './told-reading.ts';

export interface MetricsTold {
  readonly findings: readonly Finding[];
  /** In the words of the report. */
  readonly verdict: Verdict;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
}

/** What the metrics came to, as the runner would have said it of the same numbers. */
export function metricsTold(given: MetricReading): MetricsTold {
  const judged = membersOf(given.variables['judged']);
  const said = machineVerdict(judged['verdict']).reason;
  const isDark = said.startsWith(UNSEEN) && !said.startsWith(`${UNSEEN}${SILENT}`);
  // What was not read whole was not judged either: everything stands as it did.
  const reading = isDark ? { ...given, replied: NOTHING_REPLIED } : given;
  const told = recordsIn(judged['verdicts']).flatMap((each) => toldOf(each, reading));
  const findings = told.map(({ finding }) => finding);
  return {
    findings,
    verdict: verdictOf(judged, findings, reading),
    warnings: told.flatMap(({ warning }) => warning ?? []),
  };
}

function toldOf(verdict: Members, reading: MetricReading): readonly CheckTold[] {
  const account = membersOf(verdict['account']);
  if ('logE' in membersOf(account['standing'])) return [comparisonTold(verdict, reading)];
  if ('allowed' in account) return [promotedTold(verdict, reading)];
  const check = checkOf(
    recordsIn(policyOf(reading)['thresholds'])[numberOf(verdict['number'], -1)],
  );
  return check === undefined ? [] : [thresholdTold(check, verdict, reading)];
}

function promotedTold(verdict: Members, reading: MetricReading): CheckTold {
  const account = membersOf(verdict['account']);
  const { kind } = machineVerdict(verdict);
  const target = textOf(verdict['of']);
  const enough = numberOf(policyOf(reading)['enoughAlone']);
  const logE = numberOf(account['logE']);
  const judged = {
    target,
    baseline: { total: numberOf(account['served']), bad: numberOf(account['failed']) },
    canary: { total: numberOf(account['total']), bad: numberOf(account['bad']) },
    allowed: numberOf(account['allowed']),
    logE,
    needed: asWritten(Math.exp(enough)),
    reverts: logE >= enough,
  };
  const reason = kind === 'pass' ? '' : describePromoted(judged);
  const finding: PromotedFinding = {
    kind: 'promoted',
    check: target,
    at: reading.at,
    verdict: { kind, reason },
    ...judged,
  };
  return { finding, warning: undefined };
}

function thresholdTold(check: MetricCheck, verdict: Members, { at }: MetricReading): CheckTold {
  const target = textOf(verdict['of']);
  const name = `${check.name} of ${target}`;
  const { kind, reason: why } = machineVerdict(verdict);
  const latest = verdict['latest'];
  const breached = recordsIn(verdict['breaches']).map((each) => ({
    at: numberOf(each['at']),
    value: numberOf(each['value']),
  }));
  const breaches = kind === 'fail' ? evaluateCheck(check, breached).verdict.reason : '';
  const finding: ThresholdFinding = {
    kind: 'threshold',
    check: name,
    at,
    verdict: kind === 'fail' ? { kind, reason: `${breaches}, for ${target}` } : PASS,
    state: textOf(verdict['state']),
    detail: typeof latest === 'number' ? formatValue(latest, check) : '',
    breaches,
  };
  return { finding, warning: why === 'unchecked' ? uncheckedWords(name, check) : undefined };
}

const ORDERS: readonly unknown[] = ['<', '<=', '>', '>='] satisfies readonly Order[];
const UNITS: readonly unknown[] = ['ms', 's', '%', ''] satisfies readonly Unit[];

/** A condition of the plan, as far as it takes to tell of it; nothing of what is none. */
function checkOf(value: Members | undefined): MetricCheck | undefined {
  const { name, measured, order, threshold, unit, failing, of } = membersOf(value);
  if (!ORDERS.includes(order) || typeof threshold !== 'number') return undefined;
  return {
    name: textOf(name),
    measured: textOf(measured),
    expression: { kind: 'number', value: 0 },
    sources: [],
    order: order as Order,
    threshold,
    unit: UNITS.includes(unit) ? (unit as Unit) : '',
    failing: numberOf(failing, 1),
    of: numberOf(of, 1),
  };
}

/** The gravest, in the words of the report where it is one of a finding. */
function verdictOf(judged: Members, findings: readonly Finding[], reading: MetricReading): Verdict {
  const gravest = machineVerdict(judged['verdict']);
  if (gravest.reason.startsWith(UNSEEN)) return unseen(gravest, judged, reading);
  const found = findings.find(({ verdict }) => verdict.kind === gravest.kind);
  return found?.verdict ?? gravest;
}

/** `unseen` of run/checks/metrics.ts. */
function unseen(
  { kind, reason }: Verdict,
  judged: Members,
  { at, input, variables }: MetricReading,
): Verdict {
  const darkMs = numberOf(variables['readingAt'], at) - numberOf(judged['seenAt'], at);
  const graceMs = numberOf(policyOf({ input })['graceMs']);
  const grace = kind === 'fail' ? ` (monitoring-grace is ${formatDuration(graceMs)})` : '';
  const what = reason.slice(UNSEEN.length);
  const why = what.startsWith(SILENT) ? silenceOf(what.slice(SILENT.length), judged, input) : what;
  return {
    kind,
    reason: `the metrics could not be read for ${formatDuration(darkMs)}: ${why}${grace}`,
  };
}

function silenceOf(target: string, judged: Members, input: Members): string {
  const verdict = recordsIn(judged['verdicts']).find(({ of }) => of === target);
  const silent = membersOf(verdict?.['account'])['silent'];
  const { pauseMs } = recordsIn(input['targets']).find(({ name }) => name === target) ?? {};
  const silentMinutes = numberOf(silent);
  const known = silence(
    target,
    { silentMinutes },
    typeof pauseMs === 'number' ? pauseMs : undefined,
  );
  return known ?? `${SILENT}${target}`;
}
