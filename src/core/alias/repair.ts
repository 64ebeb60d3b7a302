import type { Target } from './target.ts';

/** The one command that puts an alias on one version, ready to be pasted into a shell. */
export function repairCommand(target: Target, version: string, region: string): string {
  return [
    'aws lambda update-alias',
    `--region ${quote(region)}`,
    `--function-name ${quote(target.functionId)}`,
    `--name ${quote(target.alias)}`,
    `--function-version ${quote(version)}`,
    "--routing-config 'AdditionalVersionWeights={}'",
  ].join(' ');
}

function quote(text: string): string {
  return /^[\w:./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
