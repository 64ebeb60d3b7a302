/** Links into the AWS console. Parts from outside are percent-encoded: they cannot leave their place. */

export function aliasUrl(region: string, functionName: string, alias: string): string {
  return `${base(region)}/lambda/home?region=${region}#/functions/${encode(functionName)}/aliases/${encode(alias)}`;
}

export function alarmUrl(region: string, name: string): string {
  return `${base(region)}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encode(name)}`;
}

function base(region: string): string {
  if (region.startsWith('cn-')) return `https://${region}.console.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return `https://console.amazonaws-us-gov.com`;
  return `https://${region}.console.aws.amazon.com`;
}

/** encodeURIComponent leaves the characters that mean something in Markdown. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*_~.]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
