import { partitionOf } from './partition.ts';

// Links into the AWS console, where the region's partition has one. Parts from outside are
// percent-encoded: they cannot leave their place.

export function aliasUrl(region: string, functionName: string, alias: string): string | undefined {
  const path = `functions/${encode(functionName)}/aliases/${encode(alias)}`;
  return home(region, 'lambda', `/${path}`);
}

export function alarmUrl(region: string, name: string): string | undefined {
  return home(region, 'cloudwatch', `alarmsV2:alarm/${encode(name)}`);
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
