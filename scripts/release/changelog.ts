/**
 * What a changelog says of one version, without its heading.
 * @returns nothing if it says nothing
 */
export function notesOf(changelog: string, version: string): string | undefined {
  const [, notes] = `\n${changelog}`.split(`\n## ${version}\n`);
  const text = notes?.split(/^## /m)[0]?.trim() ?? '';
  return text === '' ? undefined : text;
}
