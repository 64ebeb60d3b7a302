import { createHash } from 'node:crypto';

import { updateFunction } from '../simulator/lambda/functions.ts';
import { AwsError } from '../simulator/wire/aws-error.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { pick, seeded } from '../simulator/time/random.ts';
import type { Mode } from '../src/core/rollout/mode.ts';
import type { CodeRequest } from '../src/core/versions/code.ts';
import type { Config } from '../src/inputs/config.ts';
import type { Packages } from '../src/ports.ts';
import {
  canaryOf,
  canaryShare,
  historyOf,
  isShifted,
  takesOver,
  type Violation,
} from './history.ts';
import { STARTS_AT, type Played, type Stage, type Told, type Deploy } from './stage.ts';
import type { CodeScenario } from './scenario.ts';

const FUNCTION = 'f1';
const THEIRS = 'of somebody else';
const OURS = 'the code that is asked for';
const OLD = { bucket: 'builds', key: 'old.zip', version: 'v1' };
const NEW = { bucket: 'builds', key: 'new.zip', version: undefined };
const HASH = createHash('sha256').update(OURS).digest('base64');
const SHARE = 0.15;
/** While it looks, uploads and publishes. */
const SOON_MS = 15_000;

/** From a stream of its own, so that the rest of each scenario is what it is without it. */
export function codeOf(seed: number): CodeScenario | undefined {
  const random = seeded(seed ^ 0xc0de);
  if (random() >= SHARE) return undefined;
  const soon = () => Math.floor(random() * SOON_MS);
  return {
    from: pick(random, ['path', 'path', 's3'] as const),
    onRevertLatest: pick(random, ['keep', 'restore'] as const),
    deploysAfterMs: Array.from({ length: pick(random, [0, 0, 1, 2]) }, soon),
    updateMs: pick(random, [0, 0, 1_000, 20_000]),
  };
}

/** What of the configuration is about it. */
export function codeConfig(
  scenario: CodeScenario | undefined,
  mode: Mode,
): { readonly code: CodeRequest | undefined; readonly codeSha256: string | undefined } {
  const uploads = mode === 'rollout' || mode === 'start';
  if (scenario === undefined || !uploads) return { code: undefined, codeSha256: undefined };
  return scenario.from === 'path'
    ? {
        code: { source: { type: 'path', path: 'dist' }, architecture: undefined },
        codeSha256: undefined,
      }
    : // Without its hash nothing that is resumed would be known again.
      { code: { source: { type: 's3', ...NEW }, architecture: undefined }, codeSha256: HASH };
}

/** The workspace of every job. */
export const workspace: Packages = {
  read: () => Promise.resolve({ bytes: Buffer.from(OURS), codeSha256: HASH }),
};

/** Puts code where Lambda finds it, and lets others deploy. */
export function prepareCode({
  scenario: { code },
  simulator,
  time,
  say,
  attribute,
  deploys,
}: Stage): void {
  if (code === undefined) return;
  simulator.lambda.objects.set(`${NEW.bucket}/${NEW.key}`, OURS);
  for (const { versions, timing } of simulator.lambda.functions.values()) {
    timing.updateMs = code.updateMs;
    const [stable] = versions;
    if (stable === undefined) continue;
    simulator.lambda.objects.set(`${OLD.bucket}/${OLD.key}`, stable.configuration.code);
    const referenced = { S3Bucket: OLD.bucket, S3Key: OLD.key, S3ObjectVersion: OLD.version };
    stable.configuration = { ...stable.configuration, source: { referenced } };
  }
  for (const afterMs of code.deploysAfterMs) {
    time.at(STARTS_AT + afterMs, () => {
      say('** somebody else deploys');
      attribute('others', () => {
        deploy(simulator, deploys);
      });
    });
  }
}

function deploy(simulator: Simulator, deploys: Deploy[]): void {
  try {
    updateFunction(simulator.lambda, FUNCTION, { code: THEIRS });
    deploys.push({ at: simulator.now(), functionName: FUNCTION });
  } catch (error) {
    // Refused while an update of ours is under way.
    if (!(error instanceof AwsError)) throw error;
  }
}

/** Nobody else's code gets traffic by a rollout that has its own, none is overwritten, and restoring stands in no revert's way. */
export function ofTheCode(played: Played, told: Told): readonly Violation[] {
  if (played.scenario.code === undefined) return [];
  return told.config.requests.flatMap((request) => [
    ...(request.code === undefined ? [] : itsOwnCode(played, told, request)),
    ...overwritten(played, told, request),
    ...restoredAfterwards(played, told, request),
  ]);
}

type Request = Config['requests'][number];

/** 5: what it shifts to was made of the code that was asked for. What is taken over was published before. */
function itsOwnCode(played: Played, told: Told, { target }: Request): readonly Violation[] {
  if (!isShifted(told, target) || takesOver(told)) return [];
  const canary = canaryOf(told, target.functionName);
  const { code } = played.simulator.lambda.getFunction(target.functionName, canary).configuration;
  return code === OURS
    ? []
    : [{ promise: 5, what: `version ${canary} has code that was not asked for: ${code}` }];
}

function updatesOf(played: Played, { process }: Told, { target }: Request) {
  return played.requests.filter(
    ({ by, operation, error, input }) =>
      by === process &&
      operation === 'UpdateFunctionCode' &&
      error === '' &&
      pathOf(input).includes(`/functions/${target.functionName}/`),
  );
}

/** 5: between the last look at `$LATEST` and the update, nobody else had updated it. */
function overwritten(played: Played, told: Told, request: Request): readonly Violation[] {
  const { functionName } = request.target;
  return updatesOf(played, told, request).flatMap(({ at }) => {
    const looked = played.requests.findLast(
      (each) =>
        each.by === told.process &&
        each.at <= at &&
        each.operation === 'GetFunction' &&
        pathOf(each.input).endsWith(`/functions/${functionName}`) &&
        !JSON.stringify(each.input).includes('Qualifier'),
    );
    const between = played.deploys.filter(
      (each) => each.functionName === functionName && each.at > (looked?.at ?? 0) && each.at < at,
    );
    return between.length === 0
      ? []
      : [{ promise: 5, what: `somebody else's code of ${functionName} was overwritten` }];
  });
}

/** 12: `$LATEST` is put back only when the alias is. */
function restoredAfterwards(played: Played, told: Told, request: Request): readonly Violation[] {
  const [, ...later] = updatesOf(played, told, request);
  return later.flatMap(({ at }) => {
    const alias = historyOf(played, request.target).findLast((each) => each.at <= at);
    const isBack = alias === undefined || canaryShare(told, alias) === 0;
    return isBack ? [] : [{ promise: 12, what: '$LATEST was put back before the alias' }];
  });
}

function pathOf(input: unknown): string {
  const { path } = input as { readonly path?: unknown };
  return typeof path === 'string' ? path : '';
}
