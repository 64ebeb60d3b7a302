// Pins the actions in every sample by commit, with the version behind it, as samples.json has them; this one's own name is that
// of the repository in package.json. With a tag, or `main`, our own is pinned to what that names from now on.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';

import { parse } from 'yaml';

interface Pin {
  readonly version: string;
  readonly commit: string;
}

interface Pins {
  own: Pin;
  readonly others: Readonly<Record<string, Pin>>;
}

const PINS = new URL('./samples.json', import.meta.url);
const PACKAGE = new URL('../package.json', import.meta.url);
const USES = /(\buses: )([\w.-]+\/([\w.-]+))@\S+(?: # \S+)?$/gm;

/** Whatever a user may copy. */
export const SAMPLES: readonly string[] = globSync([
  'README.md',
  'docs/*.md',
  'examples/*.yml',
  'templates/**/*.md',
]);

/** `owner/name` on GitHub: everything that names the repository takes it from here, or is held to it by a test. */
export function repository(): string {
  const { repository: where } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { repository: string };
  return where.replace('github:', '');
}

function pins(): Pins {
  return JSON.parse(readFileSync(PINS, 'utf8')) as Pins;
}

/** The actions that samples use, as `owner/name@commit`, by `owner/name`. */
export function pinned(): Readonly<Record<string, string>> {
  const { own, others } = pins();
  const all = { ...others, [repository()]: own };
  return Object.fromEntries(
    Object.entries(all).map(([name, { commit }]) => [name, `${name}@${commit}`]),
  );
}

/** A sample with every action pinned that is known here; those of an imagined company stay as they are. */
export function withPins(sample: string): string {
  const { own, others } = pins();
  const ours = repository();
  return sample.replaceAll(USES, (line: string, uses: string, name: string, action: string) => {
    const isOurs = action === ours.split('/')[1];
    const pin = isOurs ? own : others[name];
    return pin === undefined
      ? line
      : `${uses}${isOurs ? ours : name}@${pin.commit} # ${pin.version}`;
  });
}

function pinOwn(version: string): void {
  const git = (...parameters: readonly string[]) =>
    execFileSync('git', parameters, { encoding: 'utf8' }).trim();
  const commit = git('rev-parse', `${version}^{commit}`);
  const { inputs } = parse(git('show', `${commit}:action.yml`)) as { inputs: object };
  const { inputs: now } = parse(readFileSync('action.yml', 'utf8')) as { inputs: object };
  const later = Object.keys(now).filter((input) => !(input in inputs));
  const used = SAMPLES.filter((path) => path.startsWith('examples/')).flatMap((path) =>
    later.filter((input) => new RegExp(`^ +${input}:`, 'm').test(readFileSync(path, 'utf8'))),
  );
  if (used.length > 0) {
    throw new Error(`${version} does not know inputs that examples use: ${used.join(', ')}`);
  }
  writeFileSync(PINS, `${JSON.stringify({ ...pins(), own: { version, commit } }, null, 2)}\n`);
}

if (import.meta.main) {
  const [version] = process.argv.slice(2);
  if (version !== undefined) pinOwn(version);
  for (const path of SAMPLES) writeFileSync(path, withPins(readFileSync(path, 'utf8')));
}
