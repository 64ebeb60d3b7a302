// Runs __tests__/templates by the tools that the templates are for, which are installed into .venv on the first run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The last one under a free licence; what the template says, all later ones know. */
const TERRAFORM = 'github.com/hashicorp/terraform@v1.5.7';
const CDK = ['aws-cdk-lib@2.276.0', 'constructs@10.8.1'];
/** What EventBridge matches events with. */
const RULER = 'software.amazon.event.ruler:event-ruler:2.1.0';
const BIN = resolve('.venv/bin');
const CDK_FOLDER = resolve('.venv/cdk');
const RULER_FOLDER = resolve('.venv/ruler');

/** Without Go or the registries the tests are left out, but never unnoticed in CI. */
function giveUp(why: string): never {
  console.error(`The tests of the templates were skipped: ${why}`);
  process.exit(process.env['CI'] === undefined ? 0 : 1);
}

function run(
  command: string,
  args: readonly string[],
  more: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...more });
  if (status !== 0) giveUp(`"${command} ${args.join(' ')}" failed ${error?.message ?? ''}`);
}

mkdirSync(BIN, { recursive: true });
mkdirSync(CDK_FOLDER, { recursive: true });
if (!existsSync(`${BIN}/terraform`)) {
  run('go', ['install', TERRAFORM], { env: { ...process.env, GOBIN: BIN } });
}
if (!existsSync(`${CDK_FOLDER}/node_modules/aws-cdk-lib`)) {
  writeFileSync(`${CDK_FOLDER}/package.json`, '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', ...CDK], { cwd: CDK_FOLDER });
}
const hasJava = spawnSync('mvn', ['--version']).error === undefined;
if (!hasJava) console.error('No Maven here: the patterns of the rules were not matched.');
else if (!existsSync(RULER_FOLDER)) {
  const [groupId, artifactId, version] = RULER.split(':');
  const dependency = Object.entries({ groupId, artifactId, version }).map(
    ([name, value]) => `<${name}>${value ?? ''}</${name}>`,
  );
  writeFileSync(
    `${BIN}/pom.xml`,
    `<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>a</artifactId><version>1</version>` +
      `<dependencies><dependency>${dependency.join('')}</dependency></dependencies></project>`,
  );
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${RULER_FOLDER}`];
  run('mvn', ['-q', '-B', '-f', `${BIN}/pom.xml`, ...copy]);
}
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--testPathIgnorePatterns=/node_modules/',
  ...(hasJava ? [] : ['--testPathIgnorePatterns=event-pattern']),
  '--testTimeout=120000',
  '__tests__/templates/',
];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, TERRAFORM: `${BIN}/terraform`, CDK: CDK_FOLDER, RULER: RULER_FOLDER },
});
process.exitCode = status ?? 1;
