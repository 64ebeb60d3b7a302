import { parseFunctionId } from '../core/text/arn.ts';
import type { FoundFunctions, FunctionSearch } from '../core/function-search.ts';
import { limitCount, listOf, quoted } from './fields.ts';
import { strangeList } from './list-forms.ts';

export interface FunctionInput {
  /** As it was given; of one that was found, its name. */
  readonly id: string;
  readonly name: string;
  readonly region: string | undefined;
  /** The search that found it; undefined where it was given. */
  readonly foundBy: string | undefined;
}

// They move together, and all of Lambda's control plane answers 15 requests a second: of so many, each weight takes half a minute.
const MOST_FUNCTIONS = 500;
// The summary lists what each of them finds, and GitHub drops one above 1 MiB.
const MOST_SEARCHES = 20;

/**
 * The functions of the input `function-name`, in its order. Those of a search stand where the search does; without knowledge of what it
 * finds they are left out. Read for `parsedBy`.
 * @param found what the searches came to; undefined before they were made
 */
export function functionNames(found: readonly FoundFunctions[] | undefined) {
  return (text: string, problems: string[]): readonly FunctionInput[] => {
    const strange = strangeList(text);
    if (strange !== undefined) {
      problems.push(strange);
      return [];
    }
    const entries = listOf(text);
    if (entries.length === 0) {
      problems.push('is required: the name or ARN of one function or more, or what finds them');
    }
    const named = entries.filter((entry) => !isSearch(entry)).map((id) => namedBy(id, problems));
    for (const name of duplicates(named.map((each) => each.name))) {
      problems.push(`${quoted(name)} is named more than once`);
    }
    const seen = new Set(named.map(({ name }) => name));
    const byId = new Map(named.map((each) => [each.id, each]));
    const all = entries.flatMap((entry): readonly FunctionInput[] => {
      const alone = byId.get(entry);
      if (alone !== undefined) return [alone];
      const parsed = parseSearch(entry);
      if (typeof parsed === 'string') problems.push(parsed);
      const names = found?.find(({ search }) => search === entry)?.functionNames;
      if (names?.length === 0) problems.push(findsNothing(entry));
      const fresh = (names ?? []).filter((name) => seen.size !== seen.add(name).size);
      return fresh.map((name) => ({ id: name, name, region: undefined, foundBy: entry }));
    });
    limitCount(
      'searches for functions',
      [...new Set(entries.filter(isSearch))],
      MOST_SEARCHES,
      problems,
    );
    limitCount('functions', all, MOST_FUNCTIONS, problems);
    return all;
  };
}

function namedBy(id: string, problems: string[]): FunctionInput {
  const parsed = parseFunctionId(id);
  if (parsed === undefined) {
    problems.push(`${quoted(id)} is not a function name, partial ARN or ARN`);
  } else if (/^\d{12}:/.test(id) && parsed.account === undefined) {
    problems.push(
      `${quoted(id)} is not a partial ARN; did you mean ${id.slice(0, 12)}:function:${id.slice(13)}?`,
    );
  } else if (parsed.qualifier !== undefined) {
    problems.push(
      `${quoted(id)} has a qualifier; name the function alone and the alias in the input alias`,
    );
  }
  return { id, name: parsed?.name ?? id, region: parsed?.region, foundBy: undefined };
}

/** The searches of the input, each once; those that cannot be understood are left out. */
export function searchesIn(text: string): readonly FunctionSearch[] {
  const written = new Set(listOf(text).filter(isSearch));
  return [...written].map(parseSearch).filter((search) => typeof search !== 'string');
}

function isSearch(entry: string): boolean {
  return entry.startsWith('tag:') || entry.includes('*');
}

/** @returns what is wrong with it, where it cannot be understood */
function parseSearch(written: string): FunctionSearch | string {
  return written.startsWith('tag:') ? parseTag(written) : parsePattern(written);
}

/** As AWS takes tags: letters, digits, spaces and these. */
const TAG = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]+$/u;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

function parseTag(written: string): FunctionSearch | string {
  const [, key = '', value = ''] = /^tag:\s*([^=]*?)\s*=\s*(.*)$/.exec(written) ?? [];
  // A value that a workflow fills from an empty expression must not find what has the key alone.
  if (key === '' || value === '') {
    return `${quoted(written)} needs a key and a value, like tag:team=shop`;
  }
  if (!TAG.test(key) || !TAG.test(value)) {
    return `${quoted(written)} has characters that no tag has; a tag is searched by its whole value`;
  }
  if (key.length > LONGEST_KEY || value.length > LONGEST_VALUE) {
    return `${quoted(written)} is longer than a tag can be: ${LONGEST_KEY} characters for its key, ${LONGEST_VALUE} for its value`;
  }
  return { type: 'tag', written, key, value };
}

const LONGEST_NAME = 64;

function parsePattern(written: string): FunctionSearch | string {
  if (written.startsWith('arn:') || /^\d{12}:/.test(written)) {
    return (
      `${quoted(written)} is a pattern for an ARN; functions are found by their names, in the account and region of this job: ` +
      'write the pattern of the name alone'
    );
  }
  if (written.includes(':')) {
    return `${quoted(written)} has a qualifier; write the pattern of the name alone and the alias in the input alias`;
  }
  if (!/^[\w*-]+$/.test(written)) {
    return `${quoted(written)} is not a pattern: letters, digits, - and _, and * for any number of them`;
  }
  if (!/\w/.test(written)) {
    return `${quoted(written)} finds every function of the account; write some of their names, like checkout-*`;
  }
  return written.length > LONGEST_NAME
    ? `${quoted(written)} is longer than the ${LONGEST_NAME} characters of a function's name`
    : { type: 'pattern', written, pattern: written };
}

function findsNothing(search: string): string {
  return `${quoted(search)} finds no function in the account and region of this job`;
}

function duplicates(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}
