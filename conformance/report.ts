import { formatDuration } from '../src/core/text/duration.ts';
import { escapeMarkdown, oneLine, table } from '../src/core/text/markdown.ts';
import type { Verdict } from './experiment.ts';
import { recordingOf, type RecordedSequence } from './recording.ts';
import type { Result } from './run.ts';
import type { Site } from './site.ts';

/** How a run is kept: what each experiment saw, and what the simulator can be held to. */
export interface Kept {
  readonly about: string;
  /** `AWS`, or what stood in for it: only the former is a fact. */
  readonly where: string;
  readonly region: string;
  readonly began: string;
  readonly experiments: readonly {
    readonly id: string;
    readonly assumes: string;
    readonly verdict: Verdict;
    readonly seen: string;
    readonly seconds: number;
  }[];
  readonly recordings: readonly RecordedSequence[];
}

const ABOUT = 'What a conformance run saw (npm run conformance, docs/conformance.md).';

/** Without the number of the account. */
export function kept(
  results: readonly Result[],
  { name, region, account }: Pick<Site, 'name' | 'region' | 'account'>,
): Kept {
  const hidden = (text: string) => text.replaceAll(account, '{account}');
  return {
    about: ABOUT,
    where: name,
    region,
    began: new Date(Math.min(...results.map(({ beganAt }) => beganAt))).toISOString(),
    experiments: results.map(({ experiment: { id, assumes }, seen, beganAt, endedAt }) => ({
      id,
      assumes,
      verdict: seen.verdict,
      seen: hidden(seen.words),
      seconds: Math.round((endedAt - beganAt) / 1_000),
    })),
    recordings: results
      .filter(({ experiment, seen }) => experiment.isRecording && seen.verdict !== 'not seen')
      .map((result) => recordingOf(result, { region, account })),
  };
}

/** `differs     weights-cleared: GetAlias shows …` */
export function lineOf({ experiment, seen, beganAt, endedAt }: Result): string {
  const lasted = formatDuration(endedAt - beganAt);
  return oneLine(`${seen.verdict.padEnd(10)}  ${experiment.id} (${lasted}): ${seen.words}`);
}

/** How many of each verdict. */
export function countsOf(results: readonly Result[]): string {
  return (['as assumed', 'differs', 'not seen'] as const)
    .map((each) => `${results.filter(({ seen }) => seen.verdict === each).length} ${each}`)
    .join(', ');
}

/** A page of Markdown; what AWS said is escaped in it. */
export function markdownOf(
  results: readonly Result[],
  { name, region }: Pick<Site, 'name' | 'region'>,
): string {
  const rows = results.map(({ experiment, seen }) => [
    seen.verdict === 'as assumed' ? seen.verdict : `**${seen.verdict}**`,
    `\`${experiment.id}\``,
    escapeMarkdown(experiment.assumes),
    escapeMarkdown(seen.words),
    seen.verdict === 'differs' ? escapeMarkdown(experiment.otherwise) : '',
  ]);
  const heads = [
    'Verdict',
    'Experiment',
    'What is taken for granted',
    'What was seen',
    'What follows',
  ];
  return [
    `# Conformance: ${escapeMarkdown(name)}, ${region}`,
    `${countsOf(results)}.`,
    table(heads, rows).join('\n'),
  ].join('\n\n');
}
