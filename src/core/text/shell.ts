/** A word as a shell takes it for one. */
export function quoteForShell(text: string): string {
  return /^[\w:./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
