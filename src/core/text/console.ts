import { partitionOf } from './partition.ts';

// Links into the AWS console, where the region's partition has one. Parts from outside are
// percent-encoded: they cannot leave their place.

export function aliasUrl(region: string, functionName: string, alias: string): string | undefined {
  const path = `functions/${encode(functionName)}/aliases/${encode(alias)}`;
  return home(region, 'lambda', `/${path}`);
}

/** How often a version was called and failed, as charts. */
export function versionUrl(
  region: string,
  functionName: string,
  version: string,
): string | undefined {
  const path = `functions/${encode(functionName)}/versions/${encode(version)}`;
  return home(region, 'lambda', `/${path}?tab=monitoring`);
}

export function alarmUrl(region: string, name: string): string | undefined {
  return home(region, 'cloudwatch', `alarmsV2:alarm/${encode(name)}`);
}

/** An execution of Step Functions, with its states and its history. */
export function executionUrl(region: string, arn: string): string | undefined {
  return home(region, 'states', `/v2/executions/details/${encode(arn)}`);
}

/** A query of Logs Insights, ready to be run. The console's own notation is not documented; links copied from it look so. */
export function insightsUrl(
  region: string,
  {
    logGroup,
    query,
    from,
    to,
  }: {
    readonly logGroup: string;
    readonly query: string;
    /** ISO times. */
    readonly from: string;
    readonly to: string;
  },
): string | undefined {
  const text = (value: string) => `'${starred(value)}`;
  const time = (at: string) => `'${at}`.replaceAll(':', '*3A');
  const detail =
    `~(end~${time(to)}~start~${time(from)}~timeType~'ABSOLUTE~tz~'UTC~editorString~${text(query)}` +
    `~source~(~${text(logGroup)}))`;
  const twice = encodeURIComponent(`?queryDetail=${encode(detail).replaceAll('%2A', '*')}`);
  return home(region, 'cloudwatch', `logsV2:logs-insights${twice.replaceAll('%', '$')}`);
}

/** Percent-encoding with another sign. */
function starred(text: string): string {
  return encode(text).replaceAll('%', '*');
}

function home(region: string, service: string, fragment: string): string | undefined {
  const { consoleHost } = partitionOf(region);
  return (
    consoleHost && `https://${region}.${consoleHost}/${service}/home?region=${region}#${fragment}`
  );
}

/** encodeURIComponent leaves the characters that mean something in Markdown. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*_~.]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
