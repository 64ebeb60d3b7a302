// Tries the stacks in examples/infrastructure with the tools that they are for, as far as these work without AWS: what
// CloudFormation gets is linted, that of the templates as well, and a change of the code must leave the alias's part of it as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import ts from 'typescript';

const CFN_LINT = process.env['CFN_LINT'] ?? 'cfn-lint';
const TERRAFORM = process.env['TERRAFORM'] ?? 'terraform';
const STACKS = resolve('examples/infrastructure');

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/** What must not change with the code. */
const STANDING = [
  'AWS::Lambda::Alias',
  'AWS::Lambda::Version',
  'AWS::Lambda::EventSourceMapping',
  'AWS::CloudWatch::Alarm',
];

function run(command: string, parameters: readonly string[], folder = '.'): void {
  const env = { ...process.env, AWS_REGION: 'eu-west-1', CDK_OUTDIR: 'out' };
  try {
    execFileSync(command, parameters, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${parameters.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, {
      cause: error,
    });
  }
}

/** @param synthesise makes the template of what is in the folder */
function tryStack(name: string, folder: string, synthesise: () => string): void {
  const make = (code: string): Template => {
    mkdirSync(join(folder, 'src'), { recursive: true });
    for (const file of ['src/index.js', 'index.js']) writeFileSync(join(folder, file), code);
    const template = synthesise();
    // Identifiers that a tool makes of its own are no matter of ours: W.
    run(CFN_LINT, ['--ignore-checks', 'W', '--', template]);
    return JSON.parse(readFileSync(template, 'utf8')) as Template;
  };
  const [one, two] = [make('exports.handler = () => 1;'), make('exports.handler = () => 2;')];
  const changed = Object.entries(two.Resources)
    .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(one.Resources[id]))
    .map(([, { Type }]) => Type);
  if (!changed.includes('AWS::Lambda::Function')) throw new Error(`${name}: no function changed`);
  const moved = changed.filter((type) => STANDING.includes(type));
  if (moved.length > 0) throw new Error(`${name}: a change of the code writes ${moved.join(', ')}`);
  console.log(`${name}: linted; a change of the code writes ${changed.join(', ')} only`);
}

function install(folder: string, packages: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], folder);
}

const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-stacks-'));
const under = (name: string) => {
  mkdirSync(join(folder, name));
  return join(folder, name);
};
try {
  run(CFN_LINT, ['--', join(STACKS, 'sam.yaml')]);
  console.log('SAM: linted');
  for (const template of ['templates/cloudformation.yml', 'dist/step-functions.yml']) {
    run(CFN_LINT, ['--', template]);
    console.log(`${template}: linted`);
  }

  const cdk = under('cdk');
  install(cdk, ['aws-cdk-lib@2.276.0', 'constructs@10']);
  const { outputText } = ts.transpileModule(readFileSync(join(STACKS, 'cdk.ts'), 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  writeFileSync(join(cdk, 'app.cjs'), outputText);
  tryStack('CDK', cdk, () => {
    run(process.execPath, ['app.cjs'], cdk);
    return join(cdk, 'out/Shop.template.json');
  });

  const serverless = under('serverless');
  install(serverless, ['osls@4.3.1']);
  cpSync(join(STACKS, 'serverless.yml'), join(serverless, 'serverless.yml'));
  tryStack('Serverless', serverless, () => {
    run('npx', ['osls', 'package'], serverless);
    return join(serverless, '.serverless/cloudformation-template-update-stack.json');
  });

  // Its providers come from a registry of its own; so this is its form, and not what it means.
  if (spawnSync(TERRAFORM, ['version']).error === undefined) {
    run(TERRAFORM, ['fmt', '-check', join(STACKS, 'terraform.tf')]);
    console.log('Terraform: its form only');
  } else {
    console.log('Terraform: not looked at, as it is not on this machine');
  }
} finally {
  rmSync(folder, { recursive: true });
}
