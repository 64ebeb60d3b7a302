// Writes into README.md the tables of inputs and outputs, from action.yml, and what it says of permissions.
import { readFileSync, writeFileSync } from 'node:fs';

import { markdownTable } from 'markdown-table';
import { parse } from 'yaml';

import { permissionsSection } from './permissions.ts';

interface Action {
  readonly inputs: Record<
    string,
    { readonly description: string; readonly required: boolean; readonly default?: string }
  >;
  readonly outputs: Record<string, { readonly description: string }>;
}

/** The README with its tables as action.yml has them, and the permissions that the calls need. */
export function generated(readme: string, actionYaml: string): string {
  const { inputs, outputs } = parse(actionYaml) as Action;
  const inputTable = markdownTable([
    ['Input', 'Default', 'What it does'],
    ...Object.entries(inputs).map(([name, input]) => [
      `\`${name}\``,
      input.required ? '**required**' : input.default === undefined ? '–' : `\`${input.default}\``,
      cell(input.description),
    ]),
  ]);
  const outputTable = markdownTable([
    ['Output', 'What it holds'],
    ...Object.entries(outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)]),
  ]);
  const withTables = between(between(readme, 'inputs', inputTable), 'outputs', outputTable);
  return between(withTables, 'permissions', permissionsSection());
}

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`README.md has no ${begin} … ${end}`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

if (import.meta.main) {
  const readme = readFileSync('README.md', 'utf8');
  writeFileSync('README.md', generated(readme, readFileSync('action.yml', 'utf8')));
}
