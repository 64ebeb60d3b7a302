import * as core from '@actions/core';

import { oneLine } from '../core/text/markdown.ts';
import type { Line } from '../core/report/line.ts';

/**
 * Text that the runner cannot take for a command. It reads commands at the start of a line (`::name::`)
 * and, in the old form that it still knows, anywhere in one (`##[name]`).
 */
export function plain(text: string): string {
  return oneLine(text)
    .replaceAll('##[', '# #[')
    .replace(/^\s*::/, ': :');
}

/** Writes a line of the log, its details in a group that is folded. */
export function print({ level, text, details }: Line): void {
  if (level === 'warning') {
    core.warning(plain(text));
  } else if (details.length === 0) {
    core.info(plain(text));
  } else {
    core.startGroup(plain(text));
    for (const detail of details) core.info(plain(detail));
    core.endGroup();
  }
}
