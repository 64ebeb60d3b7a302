// Experiments on AWS, one for each thing that the code takes for granted: docs/conformance.md.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

import { awsSite } from './aws-site.ts';
import { EXPERIMENTS } from './experiments/all.ts';
import { optionsOf, USAGE, type Options } from './options.ts';
import { countsOf, kept, markdownOf } from './report.ts';
import { session, type Ending, type Person } from './session.ts';
import { simulatedSite } from './simulated-site.ts';
import type { Site } from './site.ts';

const person: Person = {
  tell: (line) => {
    console.log(line);
  },
  async agrees() {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await lines.question('Begin? (yes/no) ');
    lines.close();
    return answer.trim() === 'yes';
  },
};

function report({ results, left, isInterrupted }: Ending, options: Options, site: Site): void {
  if (results.length > 0) {
    console.log(`\n${countsOf(results)}, on ${site.name}.`);
    const { json, markdown } = options;
    if (json !== undefined)
      writeFileSync(json, `${JSON.stringify(kept(results, site), null, 1)}\n`);
    if (markdown !== undefined) writeFileSync(markdown, `${markdownOf(results, site)}\n`);
  }
  for (const each of left) console.error(`Could not be removed: ${each}`);
  const differs = results.some(({ seen }) => seen.verdict === 'differs');
  process.exitCode = isInterrupted ? 130 : differs || left.length > 0 ? 1 : 0;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2), EXPERIMENTS, process.env);
  const { region = '', endpoint, role } = options;
  if (options.help) {
    console.log(USAGE);
    return;
  }
  if (options.list) {
    for (const { id, assumes } of EXPERIMENTS) console.log(`${id.padEnd(28)}  ${assumes}`);
    return;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interruption.abort();
    });
  }
  if (!options.simulator) {
    const site = await awsSite({ region, endpoint, role });
    report(await session(options, site, person, interruption.signal), options, site);
    return;
  }
  const site = await simulatedSite();
  const simulated = { ...options, yes: true };
  const ending = await site.pass(() => session(simulated, site, person, interruption.signal));
  report(ending, options, site);
  await site.close();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.error('\nnpm run conformance -- --help tells the options');
  process.exitCode = 1;
});
