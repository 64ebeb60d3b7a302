import * as core from '@actions/core';

import type { Report } from '../core/report.ts';

// A job's outputs may hold 1 MB together.
const MOST_MEASUREMENTS = 250;

/** The outputs of action.yml. With several functions, those about one are those of the first. */
export function outputsOf(report: Report): Readonly<Record<string, string>> {
  const [first] = report.targets;
  return {
    outcome: report.outcome,
    version: first?.version ?? '',
    'previous-version': first?.previousVersion ?? '',
    'function-arn': first?.functionArn ?? '',
    'alias-arn': first?.aliasArn ?? '',
    reason: report.reason,
    report: JSON.stringify(jsonReport(report)),
  };
}

export function setOutputs(report: Report): void {
  for (const [name, value] of Object.entries(outputsOf(report))) core.setOutput(name, value);
}

function jsonReport(report: Report) {
  return {
    outcome: report.outcome,
    reason: report.reason,
    region: report.region,
    startedAt: iso(report.startedAt),
    endedAt: iso(report.endedAt),
    targets: report.targets,
    steps: report.steps.map(({ weight, bakeMs, startedAt, endedAt, result }) => ({
      weight,
      bakeSeconds: bakeMs / 1000,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
      result,
    })),
    weights: report.weights.map(({ at, weight }) => ({ at: iso(at), weight })),
    measurements: report.measurements
      .slice(0, MOST_MEASUREMENTS)
      .map(({ at, check, state, detail, verdict }) => ({
        at: iso(at),
        check,
        state,
        detail,
        verdict: verdict.kind,
      })),
    measurementsLeftOut: Math.max(0, report.measurements.length - MOST_MEASUREMENTS),
    warnings: report.warnings,
  };
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
