/** `3,715`: the same everywhere, whatever the language of the runner is. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** `0.73 %`, of a share from 0 to 1. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** `1 request`, `3,715 requests`. */
export function count(number: number, what: string): string {
  return `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
}

/** `72 ms`, `3.5 ms`, `12,400 ms` */
export function milliseconds(value: number): string {
  const shown = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return `${grouped(shown)} ms`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.2 MB`; a kilobyte is 1,024 bytes, as AWS counts storage of code. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const shown = Number((bytes / 1_024 ** power).toPrecision(3));
  return `${grouped(shown)} ${UNITS[power] ?? ''}`;
}
