import { createHash } from 'node:crypto';

import {
  activateInBackground,
  createInBackground,
  refuseWhileBusy,
  updateInBackground,
} from './background.ts';
import { conflict, mustMatch, notFound, refused, refuseOtherRevision } from '../wire/refusals.ts';
import {
  functionArn,
  GOOD,
  newRevision,
  type Behaviour,
  type Configuration,
  type LambdaFunction,
  type LambdaState,
  type Source,
  type Timing,
  type Version,
} from './state.ts';

export type CreateFunction = {
  readonly functionName: string;
  readonly tags?: Readonly<Record<string, string>>;
} & Partial<Configuration> &
  Partial<Timing>;

export interface CodeChange {
  /** Made up from the behaviour when left out. */
  readonly code?: string | undefined;
  readonly behaviour?: Behaviour | undefined;
  readonly source?: Source | undefined;
  readonly architectures?: readonly unknown[] | undefined;
  readonly publish?: boolean | undefined;
  readonly revisionId?: string | undefined;
}

export interface PublishOptions {
  readonly codeSha256?: string | undefined;
  readonly description?: string | undefined;
  readonly revisionId?: string | undefined;
}

/** CodeSha256: of an image its digest, of a zip file the hash of its bytes. */
export function hashOf(code: string): string {
  const [, digest] = /@sha256:([0-9a-f]{64})$/.exec(code) ?? [];
  return digest ?? createHash('sha256').update(code, 'latin1').digest('base64');
}

/**
 * @param qualifier what was asked for of it, which the refusal names
 * @throws AwsError as Lambda words it when the function does not exist
 */
export function functionNamed(
  state: LambdaState,
  name: string,
  qualifier?: string,
): LambdaFunction {
  state.catchUp();
  const found = state.functions.get(name);
  if (found !== undefined) return found;
  const arn = functionArn(state, name);
  throw notFound(`Function not found: ${qualifier === undefined ? arn : `${arn}:${qualifier}`}`);
}

/** A version by number, `$LATEST`, or the one an alias points to; of a split alias the primary one. */
export function versionOf(
  state: LambdaState,
  found: LambdaFunction,
  qualifier = '$LATEST',
): Version {
  if (qualifier === '$LATEST') return found.latest;
  const number = found.aliases.get(qualifier)?.version ?? qualifier;
  const version = found.versions.find((each) => each.version === number);
  if (version === undefined) {
    throw notFound(`Function not found: ${functionArn(state, found.name)}:${qualifier}`);
  }
  return version;
}

export function createFunction(
  state: LambdaState,
  { functionName: name, ...options }: CreateFunction,
): LambdaFunction {
  state.catchUp();
  mustMatch(name, 'functionName', '[a-zA-Z0-9-_]{1,64}');
  if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
  const timing: Timing = {
    createMs: options.createMs ?? state.creationMs,
    updateMs: options.updateMs ?? 0,
    activationMs: options.activationMs,
    failure: options.failure ?? '',
    failureCode: options.failureCode ?? 'FunctionError',
  };
  const configuration: Configuration = {
    code: options.code ?? `${name} 1`,
    source: options.source,
    behaviour: options.behaviour ?? GOOD,
    role: options.role ?? `arn:aws:iam::${state.account}:role/${name}`,
    deadLetterArn: options.deadLetterArn ?? '',
    snapStart: options.snapStart ?? false,
    packageType: options.packageType ?? 'Zip',
    settings: options.settings ?? {},
  };
  const latest = newVersion(state, { version: '$LATEST', configuration, description: '' });
  createInBackground(state, latest, timing);
  const tags = new Map(Object.entries(options.tags ?? {}));
  const created = { name, latest, versions: [], aliases: new Map(), tags, timing };
  state.functions.set(name, created);
  return created;
}

function newVersion(
  state: LambdaState,
  born: Pick<Version, 'version' | 'configuration' | 'description'>,
): Version {
  return {
    ...born,
    revisionId: newRevision(state),
    state: '',
    stateReason: '',
    stateReasonCode: '',
    lastUpdateStatus: '',
    lastUpdateReason: '',
    lastUpdateReasonCode: '',
    modifiedAt: state.clock.now(),
  };
}

/** Any part of `$LATEST`: what UpdateFunctionCode and UpdateFunctionConfiguration have in common. */
export function updateFunction(
  state: LambdaState,
  name: string,
  { description, ...change }: Partial<Configuration> & { readonly description?: string },
  revisionId?: string,
): Version {
  const found = functionNamed(state, name);
  const { latest, timing } = found;
  refuseWhileBusy(state, found);
  refuseOtherRevision(latest.revisionId, revisionId);
  // Always a new object: an update counts as a change, whatever it changed (getmoto/moto#8379).
  latest.configuration = { ...latest.configuration, ...change };
  latest.description = description ?? latest.description;
  updateInBackground(state, latest, timing);
  return latest;
}

/** @returns `$LATEST`, or the version when it was published as well */
export function updateFunctionCode(
  state: LambdaState,
  name: string,
  { code, behaviour, source, architectures, publish, revisionId }: CodeChange,
): Version {
  const before = functionNamed(state, name).latest.configuration;
  const change = {
    source,
    settings:
      architectures === undefined
        ? before.settings
        : { ...before.settings, Architectures: architectures },
    code: code ?? (behaviour === undefined ? before.code : `${name} ${JSON.stringify(behaviour)}`),
    behaviour: behaviour ?? before.behaviour,
  };
  const latest = updateFunction(state, name, change, revisionId);
  if (publish !== true) return latest;
  const found = functionNamed(state, name);
  return addVersion(state, found, {
    description: latest.description,
    afterMs: found.timing.updateMs,
  });
}

/** Publishing what was published last answers with that version, its old description included. */
export function publishVersion(
  state: LambdaState,
  name: string,
  { codeSha256, description, revisionId }: PublishOptions = {},
): Version {
  const found = functionNamed(state, name);
  const { latest } = found;
  refuseWhileBusy(state, found);
  refuseOtherRevision(latest.revisionId, revisionId);
  const hash = hashOf(latest.configuration.code);
  if (codeSha256 !== undefined && codeSha256 !== hash) {
    throw refused(
      `CodeSHA256 (${codeSha256}) is different from current CodeSHA256 in $LATEST (${hash}). ` +
        'Please try again with the CodeSHA256 in $LATEST.',
    );
  }
  const last = found.versions.at(-1);
  if (last !== undefined && found.published === latest.configuration) return last;
  return addVersion(state, found, { description: description ?? latest.description, afterMs: 0 });
}

/** Publishes a function that was created just now, and may still be on its way. */
export function publishNew(state: LambdaState, name: string): Version {
  const found = functionNamed(state, name);
  const { description } = found.latest;
  return addVersion(state, found, { description, afterMs: found.timing.createMs });
}

function addVersion(
  state: LambdaState,
  found: LambdaFunction,
  { description, afterMs }: { readonly description: string; readonly afterMs: number },
): Version {
  const number = (state.lastVersions.get(found.name) ?? 0) + 1;
  state.lastVersions.set(found.name, number);
  const { latest, timing } = found;
  const { configuration } = latest;
  const version = newVersion(state, { version: String(number), configuration, description });
  activateInBackground(state, version, { timing, afterMs });
  // Published alone, a version has had its update; published with its code, it is still to come.
  if (afterMs === 0) version.lastUpdateStatus = 'Successful';
  found.versions.push(version);
  found.published = configuration;
  latest.revisionId = newRevision(state);
  return version;
}

export function getFunction(state: LambdaState, name: string, qualifier?: string): Version {
  return versionOf(state, functionNamed(state, name, qualifier), qualifier);
}

/** `$LATEST` first, then the numbers in order. */
export function listVersions(state: LambdaState, name: string): readonly Version[] {
  const { latest, versions } = functionNamed(state, name);
  return [latest, ...versions];
}
