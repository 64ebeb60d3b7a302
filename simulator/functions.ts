import { createHash } from 'node:crypto';

import { AwsError } from './aws-error.ts';
import {
  functionArn,
  GOOD,
  newRevision,
  type Configuration,
  type LambdaFunction,
  type LambdaState,
  type Timing,
  type Version,
} from './state.ts';

const SNAP_START_MS = 2 * 60_000;

export type CreateFunction = { readonly functionName: string } & Partial<Configuration> &
  Partial<Timing>;

export interface PublishOptions {
  readonly codeSha256?: string | undefined;
  readonly description?: string | undefined;
  readonly revisionId?: string | undefined;
}

export function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('base64');
}

export function createFunction(
  state: LambdaState,
  { functionName: name, ...options }: CreateFunction,
): LambdaFunction {
  if (state.functions.has(name)) {
    throw new AwsError(409, 'ResourceConflictException', `Function already exist: ${name}`);
  }
  const configuration: Configuration = {
    code: options.code ?? `${name} 1`,
    behaviour: options.behaviour ?? GOOD,
    role: options.role ?? `arn:aws:iam::${state.account}:role/${name}`,
    deadLetterArn: options.deadLetterArn ?? '',
    snapStart: options.snapStart ?? false,
  };
  const created: LambdaFunction = {
    name,
    latest: {
      version: '$LATEST',
      configuration,
      description: '',
      revisionId: newRevision(state),
      state: 'Active',
      stateReason: '',
      lastUpdateStatus: 'Successful',
      lastUpdateReason: '',
    },
    versions: [],
    aliases: new Map(),
    timing: {
      updateMs: options.updateMs ?? 0,
      activationMs: options.activationMs ?? (configuration.snapStart ? SNAP_START_MS : 0),
      failure: options.failure ?? '',
    },
  };
  state.functions.set(name, created);
  return created;
}

/** @throws AwsError as Lambda words it when the function does not exist */
export function functionNamed(state: LambdaState, name: string): LambdaFunction {
  const found = state.functions.get(name);
  if (found === undefined) throw notFound(state, name);
  settle(state, found);
  return found;
}

function notFound(state: LambdaState, name: string, qualifier?: string): AwsError {
  const arn = functionArn(state, qualifier === undefined ? name : `${name}:${qualifier}`);
  return new AwsError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

/** A version by number, `$LATEST`, or the one an alias points to. */
export function versionOf(
  state: LambdaState,
  found: LambdaFunction,
  qualifier = '$LATEST',
): Version {
  if (qualifier === '$LATEST') return found.latest;
  const number = found.aliases.get(qualifier)?.version ?? qualifier;
  const version = found.versions.find((each) => each.version === number);
  if (version === undefined) throw notFound(state, found.name, qualifier);
  return version;
}

/** Lets what Lambda does in the background come true that is due by now. */
function settle(state: LambdaState, found: LambdaFunction): void {
  for (const version of [found.latest, ...found.versions]) {
    const { pending } = version;
    if (pending === undefined || pending.at > state.clock.now()) continue;
    version.pending = undefined;
    version.state = pending.state ?? version.state;
    version.stateReason = pending.state === undefined ? '' : (pending.reason ?? '');
    version.lastUpdateStatus = pending.lastUpdateStatus ?? version.lastUpdateStatus;
    version.lastUpdateReason = pending.lastUpdateStatus === undefined ? '' : (pending.reason ?? '');
    // $LATEST gets a new revision when its update ends; a version keeps the one it was born with.
    if (version === found.latest) version.revisionId = newRevision(state);
  }
}

export function updateFunction(
  state: LambdaState,
  name: string,
  change: Partial<Configuration>,
  revisionId?: string,
): Version {
  const found = functionNamed(state, name);
  const { latest, timing } = found;
  refuseWhileBusy(state, found);
  refuseOtherRevision(latest.revisionId, revisionId);
  latest.configuration = { ...latest.configuration, ...change };
  latest.revisionId = newRevision(state);
  const done =
    timing.failure === ''
      ? { lastUpdateStatus: 'Successful' }
      : { lastUpdateStatus: 'Failed', reason: timing.failure };
  if (timing.updateMs === 0) {
    latest.lastUpdateStatus = done.lastUpdateStatus;
    latest.lastUpdateReason = done.reason ?? '';
    latest.revisionId = newRevision(state);
  } else {
    latest.lastUpdateStatus = 'InProgress';
    latest.pending = { at: state.clock.now() + timing.updateMs, ...done };
  }
  return latest;
}

/** Publishing what was published last answers with that version, its old description included. */
export function publishVersion(
  state: LambdaState,
  name: string,
  { codeSha256, description = '', revisionId }: PublishOptions = {},
): Version {
  const found = functionNamed(state, name);
  const { latest, timing } = found;
  refuseWhileBusy(state, found);
  refuseOtherRevision(latest.revisionId, revisionId);
  const hash = hashOf(latest.configuration.code);
  if (codeSha256 !== undefined && codeSha256 !== hash) {
    throw new AwsError(
      400,
      'InvalidParameterValueException',
      `CodeSHA256 (${codeSha256}) is different from current CodeSHA256 in $LATEST (${hash}). ` +
        'Please try again with the CodeSHA256 in $LATEST.',
    );
  }
  const last = found.versions.at(-1);
  if (last !== undefined && found.published === latest.configuration) return last;

  const slow = timing.activationMs > 0;
  const version: Version = {
    version: String(Number(last?.version ?? 0) + 1),
    configuration: latest.configuration,
    description,
    revisionId: newRevision(state),
    state: slow ? 'Pending' : 'Active',
    stateReason: slow ? 'The function is being created.' : '',
    lastUpdateStatus: 'Successful',
    lastUpdateReason: '',
    ...(slow ? { pending: activation(state, timing) } : {}),
  };
  found.versions.push(version);
  found.published = latest.configuration;
  latest.revisionId = newRevision(state);
  return version;
}

function activation({ clock }: LambdaState, { activationMs, failure }: Timing) {
  const at = clock.now() + activationMs;
  return failure === '' ? { at, state: 'Active' } : { at, state: 'Failed', reason: failure };
}

export function deleteVersion(state: LambdaState, name: string, qualifier: string): void {
  const found = functionNamed(state, name);
  const users = [...found.aliases.values()].filter(
    (alias) => alias.version === qualifier || qualifier in alias.weights,
  );
  if (users.length > 0) {
    throw new AwsError(
      409,
      'ResourceConflictException',
      `Unable to delete version because the following aliases reference it: [${users.map((alias) => alias.name).join(', ')}]`,
    );
  }
  const index = found.versions.findIndex((each) => each.version === qualifier);
  if (index >= 0) found.versions.splice(index, 1);
}

function refuseWhileBusy(state: LambdaState, { name, latest }: LambdaFunction): void {
  if (latest.lastUpdateStatus !== 'InProgress' && latest.state !== 'Pending') return;
  throw new AwsError(
    409,
    'ResourceConflictException',
    'The operation cannot be performed at this time. An update is in progress for resource: ' +
      functionArn(state, name),
  );
}

export function refuseOtherRevision(present: string, given: string | undefined): void {
  if (given === undefined || given === present) return;
  throw new AwsError(
    412,
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the ' +
      'GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
