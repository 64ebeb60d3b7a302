// Writes what README.md and docs say of inputs, outputs, permissions and costs, from action.yml and the program.
import { readFileSync, writeFileSync } from 'node:fs';

import { markdownTable } from 'markdown-table';
import { parse } from 'yaml';

import { costsSection } from './costs.ts';
import { INPUT_GROUPS } from './input-groups.ts';
import { permissionsSection } from './permissions-section.ts';

interface Input {
  readonly description: string;
  readonly required: boolean;
  readonly default?: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, Input>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

/** The inputs that most people need, in the order of the README. */
const USUAL_INPUTS = [
  'function-name',
  'alias',
  'steps',
  'bake-time',
  'alarms',
  'job-timeout',
  'role-to-assume',
  'dry-run',
];

/** The pages that have a generated part: what it is called in the page, and how it is made. */
export const PAGES: Readonly<
  Record<string, readonly [name: string, make: (of: Action) => string]>
> = {
  'README.md': ['inputs', ({ inputs }) => inputTable(inputs, USUAL_INPUTS)],
  'docs/inputs.md': ['inputs', ({ inputs }) => inDocs(inputGroups(inputs))],
  'docs/outputs.md': ['outputs', ({ outputs }) => outputTable(outputs)],
  'docs/permissions.md': ['permissions', permissionsSection],
  'docs/step-functions.md': ['costs', () => costsSection()],
};

/** A page with its generated part as action.yml and the program have it. */
export function generated(path: string, page: string, actionYaml: string): string {
  const [name, make] = PAGES[path] ?? [];
  if (name === undefined || make === undefined) throw new Error(`${path} has no generated part`);
  return between(page, path, { name, content: make(parse(actionYaml) as Action) });
}

function inputTable(inputs: Action['inputs'], names: readonly string[]): string {
  const rows = names.map((name) => {
    const input = inputs[name];
    if (input === undefined) throw new Error(`action.yml has no input ${name}`);
    return [`\`${name}\``, defaultOf(input), cell(input.description)];
  });
  return markdownTable([['Input', 'Default', 'What it does'], ...rows]);
}

function inputGroups(inputs: Action['inputs']): string {
  const grouped = INPUT_GROUPS.flatMap(({ examples }) => Object.keys(examples));
  const left = Object.keys(inputs).filter((name) => !grouped.includes(name));
  if (left.length > 0) throw new Error(`scripts/input-groups.ts has no place for ${left.join()}`);
  return INPUT_GROUPS.map(({ title, examples }) => {
    const parts = Object.entries(examples).map(([name, example]) => {
      const input = inputs[name];
      if (input === undefined) throw new Error(`action.yml has no input ${name}`);
      const standard = input.required
        ? 'Required.'
        : input.default === undefined
          ? 'Not set by default.'
          : `Default: \`${input.default}\`.`;
      return [
        `### \`${name}\``,
        `${input.description.trim()} ${standard}`,
        `\`\`\`yaml\n${name}: ${example}\n\`\`\``,
      ].join('\n\n');
    });
    return [`## ${title}`, ...parts].join('\n\n');
  }).join('\n\n');
}

function outputTable(outputs: Action['outputs']): string {
  return markdownTable([
    ['Output', 'What it holds'],
    ...Object.entries(outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)]),
  ]);
}

const defaultOf = (input: Input) =>
  input.required ? '**required**' : input.default === undefined ? '–' : `\`${input.default}\``;

/** action.yml links from the root of the repository. */
const inDocs = (text: string) => text.replaceAll('](docs/', '](');

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function between(
  text: string,
  path: string,
  { name, content }: { readonly name: string; readonly content: string },
): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${path} has no ${begin} … ${end}`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

if (import.meta.main) {
  const actionYaml = readFileSync('action.yml', 'utf8');
  for (const path of Object.keys(PAGES)) {
    writeFileSync(path, generated(path, readFileSync(path, 'utf8'), actionYaml));
  }
}
