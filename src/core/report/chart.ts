// Mermaid's own lines are too pale to be seen on white; these can be seen on white and on black.
export const GREEN = '#2da44e';
export const RED = '#e5534b';
export const GREY = '#8c959f';
export const PALE_GREY = '#c3c9cf';
export const ORANGE = '#e16f24';
export const PALE_ORANGE = '#f3b98f';

export interface Plot {
  readonly color: string;
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly x: { readonly label: string; readonly from: number; readonly to: number };
  readonly y: { readonly label: string; readonly from: number; readonly to: number };
  /** Values evenly spaced over x: xychart knows no other. */
  readonly lines?: readonly Plot[];
  /** Of what stays as it is until it changes at once: a line would be drawn as a slope. */
  readonly bars?: readonly Plot[];
}

/** A diagram as GitHub draws it from Markdown. All that varies in it are numbers. */
export function mermaidChart({ title, x, y, lines = [], bars = [] }: Chart): readonly string[] {
  const style = {
    xyChart: { height: 280 },
    themeVariables: {
      xyChart: { plotColorPalette: [...bars, ...lines].map(({ color }) => color).join(', ') },
    },
  };
  return [
    '',
    '```mermaid',
    `%%{init: ${JSON.stringify(style)}}%%`,
    'xychart-beta',
    `    title "${title}"`,
    `    x-axis "${x.label}" ${x.from} --> ${x.to}`,
    `    y-axis "${y.label}" ${y.from} --> ${y.to}`,
    ...bars.map(({ values }) => `    bar [${values.join(', ')}]`),
    ...lines.map(({ values }) => `    line [${values.join(', ')}]`),
    '```',
  ];
}
