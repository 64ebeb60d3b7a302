// Ends the real process of the action at every single AWS call of a rollout, or of one job of several, in every way that
// it can end, and compares what is said of it with what the alias really serves.
import { markdownTable } from 'markdown-table';

import { MODES, MOMENTS, pointsOf, rows, type Finding, type Mode } from './crash-points/points.ts';
import { tryPoint } from './crash-points/trial.ts';
import { callsOf } from './crash-points/world.ts';

const AT_ONCE = 2;

async function main(): Promise<void> {
  const calls: Record<Mode, number> = { rollout: 0, start: 0, step: 0, promote: 0, revert: 0 };
  for (const mode of Object.keys(MODES) as Mode[]) {
    calls[mode] = await callsOf(mode);
    console.log(`mode: ${mode} makes ${calls[mode]} calls. It is ended at each of them.`);
  }
  const findings: Finding[] = [];
  const queue = pointsOf(calls).values();
  const worker = async () => {
    for (const point of queue) {
      const finding = await tryPoint(point);
      // Polls are jittered: a job may make a call less, and has then come to its end.
      if (finding.operation !== '') findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const table = rows().map(({ mode, end, moment }) => {
    const tried = findings.filter(
      (each) => each.mode === mode && each.end === end && each.moment === moment,
    );
    const held = tried.filter(({ wrong }) => wrong === '');
    return [mode, end, MOMENTS[moment], String(tried.length), String(held.length)];
  });
  const head = ['mode', 'the process is', 'when', 'points', 'held'];
  console.log(`\n${markdownTable([head, ...table], { align: ['l', 'l', 'l', 'r', 'r'] })}`);
  const failures = findings.filter(({ wrong }) => wrong !== '');
  console.log(`\n${findings.length - failures.length} of ${findings.length} points held.`);
  for (const { mode, end, moment, call, operation, wrong } of failures) {
    console.log(`  mode: ${mode}, ${end}, ${moment} call ${call} (${operation}): ${wrong}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
