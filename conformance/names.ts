/** With this begins everything that is created, and nothing else is ever removed. */
export const PREFIX = 'lambda-canary-conformance-';

/** Put on all that can have tags, for people who wonder what it is. */
export const TAG = 'lambda-canary:conformance';

/** Of one run; eight digits and letters, so that what is left over tells when it was made. */
export function runId(epochMs: number): string {
  return Math.floor(epochMs).toString(36).padStart(8, '0').slice(-8);
}

/** @throws when it would not be recognised as ours, or is longer than AWS allows a function's name to be */
export function nameOf(run: string, what: string): string {
  const name = `${PREFIX}${run}-${what}`;
  if (!/^[\w-]{1,64}$/.test(name)) throw new Error(`${name} is no name for a function`);
  return name;
}

export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX);
}
