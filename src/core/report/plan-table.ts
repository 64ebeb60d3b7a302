import { formatDuration } from '../text/duration.ts';
import { describeWeight, totalBakeMs, type Plan } from '../rollout/plan.ts';

/**
 * The plan as a table of plain text, as it stands at the head of the log.
 * @param longestMs how long it bakes with its largest extensions
 */
export function planTable(plan: Plan, longestMs: number): readonly string[] {
  const rows = plan.steps.map(({ weight, bakeMs }, index) => [
    String(index + 1),
    describeWeight(weight),
    formatDuration(bakeMs),
  ]);
  const all = [['step', 'weight', 'bake time'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...all.map((cells) => (cells[column] ?? '').length)),
  );
  const lines = all.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
  const bakeMs = totalBakeMs(plan);
  const most = longestMs > bakeMs ? `, at most ${formatDuration(longestMs)}` : '';
  return [`The plan bakes ${formatDuration(bakeMs)}${most}:`, ...lines];
}
