import * as core from '@actions/core';

import { oneLine } from '../core/markdown.ts';
import type { Line } from '../core/story.ts';

/**
 * Text that the runner cannot take for a command. It reads commands at the start of a line (`::name::`)
 * and, in the old form that it still knows, anywhere in one (`##[name]`).
 */
export function plain(text: string): string {
  return oneLine(text)
    .replaceAll('##[', '# #[')
    .replace(/^\s*::/, ': :');
}

export function print({ level, text }: Line): void {
  if (level === 'warning') core.warning(plain(text));
  else core.info(plain(text));
}

/** Lines that are folded away until somebody asks for them. */
export function printGroup(title: string, lines: readonly string[]): void {
  core.startGroup(plain(title));
  for (const line of lines) core.info(plain(line));
  core.endGroup();
}
