import { targetName, type Target } from '../alias/target.ts';
import { readMark } from '../alias/mark.ts';
import type { Routing } from '../alias/routing.ts';
import { formatBytes } from '../text/numbers.ts';

/** A published version, as a list of them tells it. */
export interface ListedVersion {
  readonly version: string;
  /** Epoch milliseconds; undefined when Lambda does not say. */
  readonly publishedAt: number | undefined;
  readonly codeBytes: number;
}

/** How many of a function's versions stay whatever they are, and for how long each does. */
export interface Retention {
  readonly keep: number;
  readonly keepForMs: number;
}

/** What needs a version, by its number, in words that go on from `because`. */
export type Uses = ReadonlyMap<string, string>;

/** What became of a function's old versions. */
export interface OldVersions {
  readonly target: Target;
  /** Deleted, or in a dry run to be deleted. */
  readonly deleted: readonly ListedVersion[];
  /** Old enough and too many, and kept all the same. */
  readonly kept: readonly { readonly version: string; readonly because: string }[];
  /** What could not be looked at or deleted. */
  readonly problems: readonly string[];
  /** How many more there are than one run deletes. */
  readonly left: number;
}

/**
 * The versions beyond the newest ones that stay, the oldest first, split by whether something needs them. The newest by number are
 * counted, in use or not; one whose age is not known is not old.
 * @param at epoch milliseconds
 */
export function surplusVersions(
  versions: readonly ListedVersion[],
  uses: Uses,
  { keep, keepForMs, at }: Retention & { readonly at: number },
): Pick<OldVersions, 'deleted' | 'kept'> {
  const oldestFirst = versions
    .filter(({ version }) => /^\d+$/.test(version))
    .toSorted((one, other) => Number(one.version) - Number(other.version));
  const old = oldestFirst
    .slice(0, Math.max(0, oldestFirst.length - keep))
    .filter(({ publishedAt }) => publishedAt !== undefined && at - publishedAt >= keepForMs);
  return {
    deleted: old.filter(({ version }) => !uses.has(version)),
    kept: old.flatMap(({ version }) => {
      const because = uses.get(version);
      return because === undefined ? [] : [{ version, because }];
    }),
  };
}

/** What the aliases of a function need: what they serve, and what the rollouts that stand in their descriptions may go back to. */
export function usesOfAliases(
  aliases: ReadonlyMap<string, { readonly routing: Routing; readonly description: string }>,
): Uses {
  return new Map(
    [...aliases].flatMap(([name, { routing, description }]) => {
      const { mark } = readMark(description);
      const because = `the alias ${name} names it`;
      return [
        ...(mark === undefined ? [] : [mark.stable, mark.canary]),
        routing.version,
        ...Object.keys(routing.weights),
      ].map((version) => [version, because] as const);
    }),
  );
}

/** Taken from several functions in turn, as many as one run deletes. */
export function shareOfDeletions(counts: readonly number[], most: number): readonly number[] {
  const shares = counts.map(() => 0);
  for (let left = most; left > 0;) {
    const hungry = shares.flatMap((share, index) => (share < (counts[index] ?? 0) ? [index] : []));
    if (hungry.length === 0) break;
    for (const index of hungry.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
    left -= Math.min(left, hungry.length);
  }
  return shares;
}

/** In one line, for the log and the summary. @param deletes whether they are deleted, and not only named */
export function describeOld(
  { target, deleted, kept, left }: OldVersions,
  deletes: boolean,
): string {
  const bytes = deleted.reduce((sum, { codeBytes }) => sum + codeBytes, 0);
  const numbers = deleted.map(({ version }) => version).join(', ');
  const done = deletes ? 'deleted' : 'would be deleted';
  return [
    `${targetName(target)}: `,
    deleted.length === 0
      ? `no old version ${deletes ? 'was' : 'would be'} deleted`
      : `${deleted.length === 1 ? 'version' : 'versions'} ${numbers} ${done} (${formatBytes(bytes)} of code)`,
    ...kept.map(({ version, because }) => `; ${version} is kept because ${because}`),
    ...(left === 0 ? [] : [`; ${left} more are left for the next run`]),
  ].join('');
}

/** How much room for code an account has in a region, in bytes. */
export interface CodeStorage {
  readonly used: number;
  readonly limit: number;
}

/** A line, where it is known. */
export function describeStorage(storage: CodeStorage | undefined): readonly string[] {
  return storage === undefined
    ? []
    : [
        `Code takes ${formatBytes(storage.used)} of the ${formatBytes(storage.limit)} that Lambda stores for the account in this region.`,
      ];
}

/** From here on, somebody should look. */
const NEARLY_FULL = 0.9;

/** A warning, where publishing may soon be refused. */
export function nearlyFull({ used, limit }: CodeStorage): string | undefined {
  return used > NEARLY_FULL * limit
    ? `Lambda's storage for code is ${Math.floor((100 * used) / limit)} % full in this region (${formatBytes(used)} of ` +
        `${formatBytes(limit)}): once it is full, Lambda refuses to publish. Delete versions that nobody needs, or ask AWS for more.`
    : undefined;
}
