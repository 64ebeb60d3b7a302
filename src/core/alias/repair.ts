import { quoteForShell as quote } from '../text/shell.ts';
import type { Target } from './target.ts';

/** The one command that puts an alias on one version, ready to be pasted into a shell. */
export function repairCommand(target: Target, version: string, region: string): string {
  return moveCommand(target, quote(version), region);
}

/** The one command that publishes `$LATEST` and puts the alias on that version, for what cannot be rolled out in steps. */
export function publishCommand(target: Target, region: string): string {
  const publish = [
    'aws lambda publish-version',
    `--region ${quote(region)}`,
    `--function-name ${quote(target.functionId)}`,
    '--query Version --output text',
  ].join(' ');
  return moveCommand(target, `"$(${publish})"`, region);
}

function moveCommand(target: Target, version: string, region: string): string {
  return [
    'aws lambda update-alias',
    `--region ${quote(region)}`,
    `--function-name ${quote(target.functionId)}`,
    `--name ${quote(target.alias)}`,
    `--function-version ${version}`,
    "--routing-config 'AdditionalVersionWeights={}'",
  ].join(' ');
}
