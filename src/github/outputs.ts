import * as core from '@actions/core';

import { failuresOutstanding } from '../core/checks/comparison.ts';
import { isSlower } from '../core/checks/durations.ts';
import type { Finding } from '../core/checks/finding.ts';
import { oneLine, shorten } from '../core/text/markdown.ts';
import { warning } from '../core/report/line.ts';
import type { Report } from '../core/report/report.ts';
import { messageOf } from '../core/problems.ts';
import { print } from './log.ts';

// A job's outputs may hold 1 MB together, and are lost above it; a character takes up to 4 bytes.
const MOST_MEASUREMENTS = 150;
const MOST_COMPARISONS = 50;
const MOST_WARNINGS = 50;
/** A region has 500 at most. */
const MOST_TARGETS = 1_000;
const LONGEST_TEXT = 400;
const LONGEST_REASON = 10_000;

/** The outputs of action.yml. With several functions, those about one are those of the first. */
export function outputsOf(report: Report): Readonly<Record<string, string>> {
  const [first] = report.targets;
  return {
    outcome: report.outcome,
    version: first?.version ?? '',
    'previous-version': first?.previousVersion ?? '',
    'function-arn': shortLine(first?.functionArn ?? ''),
    'alias-arn': shortLine(first?.aliasArn ?? ''),
    weight: String(report.position?.weight ?? ''),
    step: String(report.position?.step ?? ''),
    'steps-total': report.steps.length === 0 ? '' : String(report.steps.length),
    'started-by': report.position?.startedBy ?? '',
    reason: limitedReason(report.reason),
    report: JSON.stringify(
      report.regions.length > 0 ? jsonOfRegions(report) : jsonReport(report),
      limited,
    ),
  };
}

/** Sets the outputs. That they cannot be written changes nothing about the rollout. */
export function setOutputs(report: Report): void {
  try {
    for (const [name, value] of Object.entries(outputsOf(report))) core.setOutput(name, value);
  } catch (error) {
    const text = `The outputs could not be set, and later steps see none: ${messageOf(error)}`;
    print(warning(text));
  }
}

/** Together they must not take more room than one. */
function jsonOfRegions({ regions, ...report }: Report) {
  return {
    outcome: report.outcome,
    reason: report.reason,
    startedAt: iso(report.startedAt),
    endedAt: iso(report.endedAt),
    regions: regions.map((each) => ({
      wave: each.wave,
      ...jsonReport(each.report, 1 / regions.length),
    })),
    warnings: report.warnings.slice(0, MOST_WARNINGS),
  };
}

/** @param share of the room that there is */
function jsonReport(report: Report, share = 1) {
  const mostMeasurements = Math.ceil(MOST_MEASUREMENTS * share);
  const mostComparisons = Math.ceil(MOST_COMPARISONS * share);
  const mostTargets = Math.ceil(MOST_TARGETS * share);
  const findings = report.findings.map(jsonFinding);
  const measurements = findings.flatMap(({ measurement }) => measurement ?? []);
  const comparisons = findings.flatMap(({ comparison }) => comparison ?? []);
  const durations = findings.flatMap(({ duration }) => duration ?? []);
  const promoted = findings.flatMap((each) => each.promoted ?? []);
  const logs = findings.flatMap((finding) => finding.logs ?? []);
  return {
    outcome: report.outcome,
    reason: report.reason,
    region: report.region,
    startedAt: iso(report.startedAt),
    endedAt: iso(report.endedAt),
    targets: report.targets.slice(0, mostTargets),
    targetsLeftOut: Math.max(0, report.targets.length - mostTargets),
    found: onceEach(report.found, mostTargets),
    steps: report.steps.map(({ weight, bakeMs, startedAt, endedAt, result }) => ({
      weight,
      bakeSeconds: bakeMs / 1000,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
      result,
    })),
    weights: report.weights.map(({ at, weight }) => ({ at: iso(at), weight })),
    // The last ones decided.
    measurements: measurements.slice(-mostMeasurements),
    measurementsLeftOut: Math.max(0, measurements.length - mostMeasurements),
    comparisons: comparisons.slice(0, mostComparisons),
    durations: durations.slice(0, mostComparisons),
    afterPromotion: promoted.slice(0, mostComparisons),
    logs: logs.slice(0, mostComparisons),
    earlierVersions: report.earlierVersions.versions
      .slice(0, mostComparisons)
      .map(({ target, version, publishedAt, past }) => ({
        functionName: target.functionName,
        version,
        publishedAt: iso(publishedAt),
        past: past.type,
      })),
    code: report.codes.slice(0, mostComparisons),
    oldVersions: report.oldVersions.versions
      .slice(0, mostComparisons)
      .map(({ target, deleted, kept, problems, left }) => ({
        functionName: target.functionName,
        [report.oldVersions.deletes ? 'deleted' : 'wouldDelete']: deleted,
        kept,
        problems,
        left,
      })),
    codeStorage: report.oldVersions.storage,
    policy: report.policy,
    smokeTests: report.smokeTests
      .slice(0, mostComparisons)
      .map(({ functionName, version, name, problems, durationMs }) => ({
        functionName,
        version,
        name,
        passed: problems.length === 0,
        problems,
        durationMs,
      })),
    exposures: report.exposures
      .slice(0, mostComparisons)
      .map(({ target, canary, problem = null }) => ({ target, canary, problem })),
    errors: report.errors.slice(0, mostComparisons),
    warnings: report.warnings.slice(0, Math.ceil(MOST_WARNINGS * share)),
  };
}

/** A function that several searches find stands with the first of them: together they would have no room. */
function onceEach(found: Report['found'], most: number): Report['found'] {
  const seen = new Set<string>();
  return found.map(({ search, functionNames }) => ({
    search,
    functionNames: functionNames.filter((name) => seen.size !== seen.add(name).size).slice(0, most),
  }));
}

/** A finding in the list of the output that its kind stands in. */
function jsonFinding(finding: Finding) {
  switch (finding.kind) {
    case 'alarm':
    case 'threshold':
    case 'command': {
      const { at, check, state, detail, verdict } = finding;
      return { measurement: { at: iso(at), check, state, detail, verdict: verdict.kind } };
    }
    case 'comparison': {
      const { name, target, baseline, canary, needed, pValue, reverts } = finding;
      const counts = { name, target, baseline, canary, needed, pValue, reverts };
      return { comparison: { ...counts, failuresToRevert: failuresOutstanding(finding) } };
    }
    case 'duration': {
      const { target, baseline, canary } = finding;
      return { duration: { target, baseline, canary, isSlower: isSlower(finding) } };
    }
    case 'promoted': {
      const { target, baseline, canary, allowed, needed, reverts } = finding;
      return { promoted: { target, baseline, canary, allowed, needed, reverts } };
    }
    case 'logs': {
      const { name, target, baseline, canary, windows, needed, reverts } = finding;
      const { horizonMs, largestDelayMs, stoodAside = null } = finding;
      const counts = { name, target, baseline, canary, windows, needed, reverts };
      return { logs: { ...counts, horizonMs, largestDelayMs, stoodAside } };
    }
  }
}

function limited(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return key === 'reason' ? limitedReason(value) : shortLine(value);
}

/** Several problems stand on lines of their own. */
function limitedReason(reason: string): string {
  return shorten(reason, LONGEST_REASON).split('\n').map(oneLine).join('\n');
}

function shortLine(text: string): string {
  return oneLine(shorten(text, LONGEST_TEXT));
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
