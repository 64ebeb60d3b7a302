/** Of one part, in milliseconds. The longer of two that begin alike comes first. */
const UNITS = { sec: 1_000, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = String.raw`(\d+(?:\.\d+)?)\s*(${Object.keys(UNITS).join('|')})\s*`;
const DURATION = new RegExp(`^(?:${PART})+$`);

/** A job on GitHub's own runners ends after 6 hours, one on any other runner after 5 days. */
export const LONGEST_MS = 5 * 24 * 3_600_000;
const TOO_LONG = 'no job lasts longer than 5 days';

/** What has to outlast something: a job of GitHub's, or an execution of Step Functions. */
export type Lasting = 'job' | 'execution';

const LONGEST: Readonly<Record<Lasting, number>> = {
  job: LONGEST_MS,
  execution: 365 * 24 * 3_600_000,
};

export function isTooLong(ms: number, lasting: Lasting): boolean {
  return ms > LONGEST[lasting];
}

export function tooLong(lasting: Lasting): string {
  return lasting === 'job' ? TOO_LONG : 'no execution of Step Functions lasts longer than a year';
}

/** Milliseconds of `90s`, `5m`, `1h30m`; nothing for anything else, a bare number included. */
export function durationMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DURATION.test(trimmed)) return undefined;
  const parts = [...trimmed.matchAll(new RegExp(PART, 'g'))];
  return parts.reduce((ms, [, count, unit]) => ms + Number(count) * UNITS[unit as Unit], 0);
}

type Unit = keyof typeof UNITS;
