import type { Finding } from '../checks/finding.ts';
import { keyOf } from '../checks/finding.ts';
import type { ComparedCounts } from '../checks/comparison.ts';
import { grouped, percent } from '../text/numbers.ts';
import type { Counts } from '../statistics/evidence.ts';
import type { Report } from './report.ts';

/** Why a run ended as it did, for a person who was woken by it. */
export interface PlainReason {
  /** Where in the plan, and what happened; one for each problem, and none where there is nothing to explain. */
  readonly reasons: readonly string[];
  /** What AWS said of the alarms among it. */
  readonly quotes: readonly string[];
}

/** More than these are in the tables below. */
const MOST_REASONS = 5;

/** The reason without the words of AWS and of statistics: those stand below. */
export function plainReason(report: Report): PlainReason {
  const { reason } = report;
  if (reason.trim() === '') return { reasons: [], quotes: [] };
  const [deciding, ...others] = guiltyOf(report).slice(0, MOST_REASONS);
  if (deciding === undefined) return { reasons: reason.split('\n'), quotes: [] };
  const at = reason.indexOf(deciding.verdict.reason);
  const end = at + deciding.verdict.reason.length;
  const where = reason.slice(0, at);
  const after = reason.slice(end).replace(/^\. /, '');
  return {
    reasons: [
      `${where}${inPlainWords(deciding)}${after === '' ? '' : `. ${after}`}`,
      ...others.map(inPlainWords),
    ],
    quotes: [deciding, ...others].flatMap(quoteOf),
  };
}

/** The findings that speak against the canary, the one first that decided; of each check the last. */
export function guiltyOf({ findings, reason, outcome }: Report): readonly Finding[] {
  if (outcome !== 'reverted' && outcome !== 'revert-failed' && outcome !== 'failed') return [];
  const last = new Map(findings.map((finding) => [keyOf(finding), finding]));
  const failed = [...last.values()].filter(
    ({ verdict }) => verdict.kind === 'fail' && verdict.reason !== '',
  );
  const deciding = failed.find(({ verdict }) => reason.includes(verdict.reason));
  return deciding === undefined
    ? []
    : [deciding, ...failed.filter((finding) => finding !== deciding)];
}

function inPlainWords(finding: Finding): string {
  const { verdict } = finding;
  switch (finding.kind) {
    case 'alarm':
      return withoutEnd(verdict.reason, finding.detail);
    case 'comparison':
      return finding.reverts ? comparedInWords(finding) : withoutEvidence(verdict.reason);
    case 'command':
      return verdict.reason;
    case 'logs':
    case 'duration':
    case 'promoted':
    case 'threshold':
      return withoutEvidence(verdict.reason);
  }
}

function comparedInWords({ name, target, canary, baseline }: ComparedCounts): string {
  return (
    `${name} of ${target}: ${rate(canary)} requests of the new version failed, and ${rate(baseline)} of the old one. ` +
    'It is practically certain that this is no chance'
  );
}

function rate({ bad, total }: Counts): string {
  const share = total === 0 ? '' : ` (${percent(bad / total)})`;
  return `${grouped(bad)} of ${grouped(total)}${share}`;
}

function withoutEnd(text: string, end: string): string {
  return end !== '' && text.endsWith(`: ${end}`) ? text.slice(0, -end.length - 2) : text;
}

/** What is explained behind a link is no news to who is on call. */
export function withoutEvidence(text: string): string {
  return text.replace(/(?:;| \()\s*evidence [^;)]*(?:; seen ([^)]*))?\)?$/, (_, seen: unknown) =>
    typeof seen === 'string' ? `; seen ${seen}` : '',
  );
}

function quoteOf(finding: Finding): readonly string[] {
  return finding.kind === 'alarm' ? [`${finding.check}: ${finding.detail || 'no reason'}`] : [];
}
