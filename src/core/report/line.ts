/** A line of the log. */
export interface Line {
  readonly level: 'info' | 'warning';
  readonly text: string;
  /** Folded away under the text; nothing to fold where there are none. */
  readonly details: readonly string[];
}

export function info(text: string): Line {
  return folded(text, []);
}

/** A line under which others are folded away. */
export function folded(text: string, details: readonly string[]): Line {
  return { level: 'info', text, details };
}

export function warning(text: string): Line {
  return { level: 'warning', text, details: [] };
}
