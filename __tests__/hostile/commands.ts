/** What the runner takes for a command: `::name` at the start of a line, `##[name]` anywhere in it. */
export function commandsIn(log: string): readonly string[] {
  return log.split(/[\r\n\u0085\u2028\u2029]/).flatMap((line) => {
    const [, modern] = /^\s*::([\w-]+)/.exec(line) ?? [];
    const [, old] = /##\[([^\]]*)/.exec(line) ?? [];
    return [modern, old].filter((name) => name !== undefined);
  });
}

/** All but the line feed. */
// eslint-disable-next-line no-control-regex -- to find that there is none
export const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
