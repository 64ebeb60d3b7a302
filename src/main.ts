import * as core from '@actions/core';

import { createAlarms } from './aws/alarms.ts';
import { createAliases } from './aws/aliases.ts';
import { createClients } from './aws/clients.ts';
import { createFunctions } from './aws/functions.ts';
import { createRouter } from './aws/router.ts';
import { listenForCancellation } from './cancellation.ts';
import { createChecks } from './checks.ts';
import { createChronicle, type Chronicle } from './chronicle.ts';
import { systemClock } from './clock.ts';
import type { Plan } from './core/plan.ts';
import { endingOf, endingWithoutShift, reportOf, type Ending } from './core/report.ts';
import { isFinal, type State } from './core/rollout.ts';
import type { Versions } from './core/routing.ts';
import { targetReport, versionsOf, type Target, type TargetReport } from './core/target.ts';
import { conclude } from './github/conclusion.ts';
import { defaultsOf } from './github/defaults.ts';
import { markMain, saveFinished, saveUnfinished, type Unfinished } from './github/state.ts';
import { readInputs, type TargetRequest } from './inputs/inputs.ts';
import { lookAtAlarms, preflight, type Cleared, type Preparation } from './preflight.ts';
import { messageOf, Refusal } from './problems.ts';
import { prepareAliases, publish, type Prepared } from './publish.ts';
import { rollOut } from './rollout.ts';

const clock = systemClock;

// Many jobs share the 9 DescribeAlarms calls a second of an account: they must not march in step.
const JITTER = 0.1;

/** The step of a workflow. Whatever is thrown ends here, as the outcome `failed`. */
export async function main(): Promise<void> {
  markMain();
  const chronicle = createChronicle(clock);
  const ending = await attempt(chronicle, listenForCancellation()).catch(
    (error: unknown): Ending => ({ outcome: 'failed', reason: messageOf(error) }),
  );
  const times = { startedAt: chronicle.startedAt, endedAt: clock.now() };
  await conclude(reportOf(chronicle.entries, ending, times));
}

async function attempt(chronicle: Chronicle, cancellation: AbortSignal): Promise<Ending> {
  const getInput = (name: string) => core.getInput(name, { trimWhitespace: false });
  const config = readInputs(getInput, defaultsOf(process.env));
  const { region, plan } = config;
  chronicle.record({ type: 'plan', at: clock.now(), plan });
  const recordTargets = (targets: readonly TargetReport[]) => {
    chronicle.record({ type: 'targets', at: clock.now(), region, targets });
  };
  recordTargets(config.requests.map(askedReport));

  const clients = createClients(region);
  const preparation: Preparation = {
    functions: createFunctions(clients.lambda, region),
    aliases: createAliases(clients.lambda, region),
    alarms: createAlarms(clients.cloudwatch),
    region,
    clock,
    note: chronicle.note,
    signal: cancellation,
  };
  const clearance = await preflight(config, preparation);
  const { details } = clearance;
  chronicle.record({ type: 'details', at: clock.now(), title: 'Preflight passed', lines: details });
  clearance.warnings.forEach(chronicle.warn);
  recordTargets(clearance.targets.map(clearedReport));
  if (config.dryRun) return { outcome: 'planned', reason: '' };

  const published = await publish(clearance.targets, config.description, preparation);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const alarms = await lookAtAlarms(config, preparation);
  if (alarms.problems.length > 0) throw new Refusal(alarms.problems);

  const prepared = await prepareAliases(published, preparation);
  recordTargets(prepared.map(preparedReport));
  const shifting = prepared.flatMap(shiftOf);
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }

  const unfinished = {
    region,
    targets: shifting.map(({ target, versions }) => ({ target, versions })),
  };
  const final = await rollOut(plan, {
    routers: shifting.map((each) =>
      createRouter({ ...each, region, aliases: preparation.aliases, clock, note: chronicle.note }),
    ),
    checks: createChecks(preparation.alarms, alarms.watches, config),
    clock,
    journal: {
      record(entry) {
        if (entry.type === 'state') keepForPost(plan, entry.state, unfinished);
        chronicle.record(entry);
      },
    },
    cancellation,
    onCancel: config.onCancel,
    pollIntervalMs: () => config.pollIntervalMs * (1 - JITTER + 2 * JITTER * Math.random()),
  });
  return endingOf(final);
}

/** Runs before the command that the state leads to: what is to be written is saved first. */
function keepForPost(plan: Plan, state: State, rollout: Omit<Unfinished, 'begun'>): void {
  if (state.phase === 'shifting') {
    const begun = plan.steps.slice(0, state.step + 1).map(({ weight }) => weight);
    saveUnfinished({ ...rollout, begun });
  } else if (isFinal(state) && state.phase !== 'revert-failed') {
    saveFinished();
  }
}

/** A target whose traffic moves, with the alias's revision as preflight saw it. */
function shiftOf({ target, alias, disposition }: Prepared): readonly Shifting[] {
  return disposition.type === 'shift'
    ? [{ target, versions: disposition, revisionId: alias.revisionId }]
    : [];
}

interface Shifting {
  readonly target: Target;
  readonly versions: Versions;
  readonly revisionId: string;
}

function askedReport({ target, version }: TargetRequest): TargetReport {
  return targetReport(target, { version: version ?? '' });
}

function clearedReport({ request: { target, version }, facts, alias }: Cleared): TargetReport {
  return targetReport(target, {
    functionArn: facts.candidate.functionArn,
    aliasArn: alias?.arn ?? '',
    previousVersion: facts.routing?.version ?? '',
    version: version ?? '',
  });
}

function preparedReport({ target, functionArn, alias, disposition }: Prepared): TargetReport {
  return targetReport(target, {
    functionArn,
    aliasArn: alias.arn,
    disposition: disposition.type,
    ...versionsOf(disposition),
  });
}
