import { list, members, text, type Members } from '../wire/members.ts';

/**
 * Whether an event is one of those that a pattern of EventBridge describes: values, `exists: false`, and `anything-but` with a value, a
 * `prefix` or a `wildcard` of stars.
 * @throws when the pattern has anything else
 */
export function isDescribed(event: Members, pattern: Members): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = event[name];
    const ways = list(wanted);
    if (ways !== undefined) return ways.some((way) => fits(value, way));
    return isDescribed(members(value) ?? {}, members(wanted) ?? {});
  });
}

function fits(value: unknown, way: unknown): boolean {
  const asked = members(way);
  if (asked === undefined) return value === way;
  if (asked['exists'] === false) return value === undefined;
  if ('anything-but' in asked) return value !== undefined && !isBut(value, asked['anything-but']);
  throw new Error(`Patterns with ${JSON.stringify(way)} are not simulated`);
}

function isBut(value: unknown, excepted: unknown): boolean {
  const asked = members(excepted);
  if (asked === undefined) return value === excepted;
  const given = text(value);
  const [prefix, wildcard] = [text(asked['prefix']), text(asked['wildcard'])];
  if (given === undefined) return false;
  if (prefix !== undefined) return given.startsWith(prefix);
  if (wildcard === undefined) throw new Error('This anything-but is not simulated');
  return hasParts(given, wildcard.split('*'));
}

/** In this order, from the first character to the last. */
function hasParts(given: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!given.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = given.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return given.endsWith(last) && given.length - last.length >= at;
}
