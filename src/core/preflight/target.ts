import { because, type Inspection } from '../inspection.ts';
import { inspectMissingAlias, type MissingAlias } from './missing-alias.ts';
import { describeRouting, type Routing } from '../alias/routing.ts';
import { publishCommand, repairCommand } from '../alias/repair.ts';
import { targetName, type Target } from '../alias/target.ts';
import type { LoggingFacts } from '../log-lane/sight.ts';
import { needsNoUpload, type CodeOfVersion, type WantedCode } from '../versions/code.ts';

/** What Lambda says of one version (or of `$LATEST`). */
export interface VersionFacts extends CodeOfVersion {
  readonly version: string;
  /** Changes with every change of the version, or of `$LATEST`. */
  readonly revisionId: string;
  /** `Active`, `Pending`, `Inactive`, `Failed`, …; an open set. */
  readonly state: string;
  readonly stateReason: string;
  readonly lastUpdateStatus: string;
  readonly lastUpdateReason: string;
  readonly role: string;
  /** Equal where all is set alike that can be set beside the code; undefined where Lambda does not show all of it. */
  readonly configuration: string | undefined;
  /** Empty when the version has no dead-letter queue. */
  readonly deadLetterArn: string;
  readonly logGroup: string;
  readonly logging: LoggingFacts;
  /** How long a request may take; undefined when Lambda does not say. */
  readonly timeoutMs: number | undefined;
  /** Without a qualifier. */
  readonly functionArn: string;
  readonly description: string;
  /** When Lambda says that it was last changed: of a version, when it was published. Epoch milliseconds. */
  readonly publishedAt: number | undefined;
  /** Whether every request must name the tenant it is for. */
  readonly tenantIsolated: boolean;
}

/** What was found of one target before anything is written. */
export interface TargetFacts {
  readonly target: Target;
  readonly region: string;
  /** Absent when the alias does not exist yet. */
  readonly routing: Routing | undefined;
  /** The version the alias serves; absent when there is no alias, or it points to `$LATEST`. */
  readonly stable: VersionFacts | undefined;
  /** What is known of the name where there is no alias. */
  readonly missing: MissingAlias | undefined;
  /** What the canary will be: `$LATEST`, or the version that was given. */
  readonly candidate: VersionFacts;
  /** The hash that `$LATEST` must have when it is published, if the user named one. */
  readonly expectedCodeSha256: string | undefined;
  /** The code that `$LATEST` is to get before it is published; undefined where it is to be left as it is. */
  readonly wanted: WantedCode | undefined;
  /** Whether the alias, and not a version of it, has provisioned concurrency; absent when that is not known. */
  readonly isProvisioned: boolean | undefined;
  /** Whether a step of the plan splits the alias, rather than moving it as a whole. */
  readonly splits: boolean;
}

/** What was found, for who wants to know. */
export function describeFacts({ target, routing, stable, candidate }: TargetFacts): string {
  const serves =
    routing === undefined
      ? 'does not exist yet'
      : `serves ${describeRouting(routing)}${stable === undefined ? '' : ` (${stable.state})`}`;
  return (
    `${targetName(target)} ${serves}; next is ${candidate.version} (${candidate.state}) ` +
    `with code ${candidate.codeSha256} and role ${candidate.role}`
  );
}

/** Everything AWS would refuse half-way, found before the first write. */
export function inspectTarget(facts: TargetFacts): Inspection {
  const { routing, stable, candidate } = facts;
  const unchanged = candidate.version === routing?.version;
  const problems = [
    ...inspectRouting(facts),
    ...(unchanged ? [] : inspectCandidate(facts)),
    ...(stable === undefined || unchanged ? [] : inspectPair(facts, stable, candidate)),
  ];
  const warnings = [
    ...(stable?.state === 'Inactive'
      ? [
          `${targetName(facts.target)}: version ${stable.version} is Inactive; a revert to it starts slowly.`,
        ]
      : []),
    ...(facts.isProvisioned === true && !unchanged ? [withoutProvisioned(facts.target)] : []),
  ];
  return { problems, warnings };
}

/** Lambda keeps it on the alias's own version, and takes no change to it beside weights. */
function withoutProvisioned(target: Target): string {
  return (
    `${targetName(target)} has provisioned concurrency: the canary has none of it before the promotion, so its ` +
    'requests may start cold, and Lambda refuses every change to it, that of its autoscaling too, while weights are ' +
    'out. After the promotion Lambda serves the old version until the environments have moved, 6 to 8 minutes as a rule.'
  );
}

function inspectRouting({
  target,
  region,
  routing,
  missing,
  stable,
}: TargetFacts): readonly string[] {
  const name = targetName(target);
  if (routing === undefined) return missing === undefined ? [] : inspectMissingAlias(missing);
  if (routing.version === '$LATEST') {
    return [
      `${name} points to $LATEST, and Lambda splits traffic between published versions only. Publish a ` +
        `version (aws lambda publish-version) and point the alias to it once, here to version 1: ` +
        repairCommand(target, '1', region),
    ];
  }
  if (routing.version === '$LATEST.PUBLISHED') {
    return [
      `${name} points to $LATEST.PUBLISHED, which Lambda replaces by itself when a version is published, and splits ` +
        'traffic between numbered versions only. Point the alias to a numbered version once, here to version 1: ' +
        repairCommand(target, '1', region),
    ];
  }
  if (stable !== undefined && !['Active', 'Inactive'].includes(stable.state)) {
    return [
      `${name} serves version ${stable.version}, which is ${stable.state}${because(stable.stateReason)}: ` +
        'Lambda would refuse to route to it, so there would be no way back.',
    ];
  }
  return [];
}

function inspectCandidate({
  target,
  candidate,
  expectedCodeSha256,
  wanted,
}: TargetFacts): readonly string[] {
  const problems: string[] = [];
  // What is wrong with code that will be replaced does not matter.
  const stays = wanted === undefined || needsNoUpload(candidate, wanted);
  const what = `${target.functionName} ${candidate.version === '$LATEST' ? '$LATEST' : `version ${candidate.version}`}`;
  if (stays && candidate.lastUpdateStatus === 'Failed') {
    problems.push(
      `${what}: its last update failed${because(candidate.lastUpdateReason)}. Update the function again.`,
    );
  }
  if (candidate.state === 'Failed') {
    problems.push(`${what} is Failed${because(candidate.stateReason)}.`);
  } else if (candidate.version !== '$LATEST' && candidate.state !== 'Active') {
    problems.push(notActive(target, candidate));
  }
  const isOther = expectedCodeSha256 !== undefined && expectedCodeSha256 !== candidate.codeSha256;
  if (stays && isOther) {
    problems.push(
      `code-sha256: ${what} has the hash ${candidate.codeSha256}, not ${expectedCodeSha256}. ` +
        'Somebody else updated the code, or this is the hash of another build.',
    );
  }
  return problems;
}

/** A smoke test has no tenant to invoke a function for that keeps its tenants apart. */
export function inspectSmokeTest({ target, candidate }: TargetFacts): readonly string[] {
  return candidate.tenantIsolated
    ? [
        `smoke-test-payload: ${target.functionName} isolates its tenants (TenancyConfig PER_TENANT), so every request must ` +
          'name one, and a smoke test names none. Leave it out for this function.',
      ]
    : [];
}

/** Why a published version cannot be the canary. */
export function notActive(target: Target, facts: VersionFacts): string {
  const remedy =
    facts.state === 'Inactive'
      ? ` Lambda took its resources back because it was idle: invoke it once (aws lambda invoke ` +
        `--function-name ${target.functionName} --qualifier ${facts.version} /dev/null) and run again.`
      : '';
  return `${target.functionName} version ${facts.version} is ${facts.state}${because(facts.stateReason)}, not Active.${remedy}`;
}

/** Lambda splits an alias only between versions with the same role and the same dead-letter queue or none. */
export function inspectPair(
  { target, region, splits }: Pick<TargetFacts, 'target' | 'region' | 'splits'>,
  stable: VersionFacts,
  candidate: VersionFacts,
): readonly string[] {
  if (!splits) return [];
  const problems: string[] = [];
  const why =
    'Lambda refuses to split an alias between them. Roll this change out with steps: AllAtOnce, which is watched for ' +
    `bake-time, and go on with canaries afterwards; or by hand: ${atOnce(target, candidate, region)}`;
  if (stable.role !== candidate.role) {
    problems.push(
      `${targetName(target)}: version ${stable.version} runs as ${stable.role}, ` +
        `${label(candidate)} as ${candidate.role}. ${why}`,
    );
  }
  if (stable.deadLetterArn !== candidate.deadLetterArn) {
    problems.push(
      `${targetName(target)}: version ${stable.version} has ${queue(stable)}, ` +
        `${label(candidate)} has ${queue(candidate)}. ${why}`,
    );
  }
  return problems;
}

function atOnce(target: Target, { version }: VersionFacts, region: string): string {
  return version === '$LATEST'
    ? publishCommand(target, region)
    : repairCommand(target, version, region);
}

function label({ version }: VersionFacts): string {
  return version === '$LATEST' ? 'the new one' : `version ${version}`;
}

function queue({ deadLetterArn }: VersionFacts): string {
  return deadLetterArn === '' ? 'no dead-letter queue' : `the dead-letter queue ${deadLetterArn}`;
}
