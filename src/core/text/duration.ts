const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** Every unit that is not zero, rounded to whole seconds: `3 min 12 s`, `1 h 41 s`, `1 h`, `0 s`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000)) * 1000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ') || '0 s';
}

/** `14:02`, in UTC, of epoch milliseconds. */
export function minuteOfDay(at: number): string {
  return clockTime(at).slice(0, 5);
}

/** `14:02:03`, in UTC, of epoch milliseconds. */
export function clockTime(at: number): string {
  const seconds = Math.floor(at / 1000) % 86_400;
  return [seconds / 3600, (seconds % 3600) / 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}
