export type Members = Readonly<Record<string, unknown>>;

/** Of a value that may be anything. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : {};
}

/** In JSONata, one is a list of one. */
export function recordsIn(value: unknown): readonly Members[] {
  return [value]
    .flat()
    .filter((each): each is Members => typeof each === 'object' && each !== null);
}

export function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numbersIn(value: unknown): readonly number[] {
  return [value].flat().filter((each) => typeof each === 'number');
}
