import { z } from 'zod';

import { linesOf, quoted } from './fields.ts';

/**
 * What is wrong with how a list is written, when it is one of another language; undefined when it is not.
 * @param mayHoldAnything whether an entry may itself hold a semicolon
 */
export function strangeList(text: string, mayHoldAnything = false): string | undefined {
  const trimmed = text.trim();
  const json = jsonList(trimmed);
  if (json !== undefined) {
    return `is a list in JSON; write the entries one per line, or with commas between them: ${quoted(json.join(', '))}`;
  }
  const lines = linesOf(text);
  if (lines.length > 0 && lines.every((line) => /^- \S/.test(line))) {
    const entries = lines.map((line) => line.slice(2).trim());
    return `is a list with dashes; write the entries one per line, or with commas between them: ${quoted(entries.join(', '))}`;
  }
  if (!mayHoldAnything && trimmed.includes(';')) {
    return 'has a semicolon; separate the entries with commas or lines';
  }
  return undefined;
}

const entries = z.array(z.union([z.string(), z.number()])).min(1);

function jsonList(text: string): readonly string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  try {
    return entries.safeParse(JSON.parse(text)).data?.map(String);
  } catch {
    // What only looks like JSON, as YAML's [a, b] does.
    const inside = text.slice(1, -1).trim();
    return inside === '' ? undefined : inside.split(',').map((entry) => entry.trim());
  }
}
