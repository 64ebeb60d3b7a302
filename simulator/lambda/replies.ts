import { members } from '../wire/members.ts';
import { hashOf } from './functions.ts';
import {
  functionArn,
  weightsOf,
  type Alias,
  type LambdaState,
  type Provisioned,
  type Version,
} from './state.ts';

/** What AWS tells of every function, as it is when nobody asked for something else. */
export const CODE_BYTES = 1024;
const ALWAYS_TOLD = {
  Architectures: ['x86_64'],
  CodeSize: CODE_BYTES,
  EphemeralStorage: { Size: 512 },
  MemorySize: 128,
  Timeout: 3,
  TracingConfig: { Mode: 'PassThrough' },
};
const TOLD_OF_ZIPS = { Runtime: 'nodejs22.x', Handler: 'index.handler' };
const RUNTIME = { RuntimeVersionArn: 'arn:aws:lambda:eu-west-1::runtime:simulated' };

/** A FunctionConfiguration. Read by an alias, it is the version's, with the alias in its ARN. */
export function configurationBody(
  state: LambdaState,
  name: string,
  {
    version,
    qualifier = version.version,
  }: { readonly version: Version; readonly qualifier?: string },
) {
  return {
    ...listedBody(state, name, { version, qualifier }),
    ...(version.configuration.packageType === 'Zip' ? { RuntimeVersionConfig: RUNTIME } : {}),
    State: version.state,
    ...reasons('State', version.stateReason, version.stateReasonCode),
    ...(version.lastUpdateStatus === '' ? {} : { LastUpdateStatus: version.lastUpdateStatus }),
    ...reasons('LastUpdateStatus', version.lastUpdateReason, version.lastUpdateReasonCode),
  };
}

/** As ListVersionsByFunction has it, which tells no states: each version must be read for its own. */
export function listedBody(
  state: LambdaState,
  name: string,
  {
    version,
    qualifier = version.version,
  }: { readonly version: Version; readonly qualifier?: string },
) {
  const { role, deadLetterArn, code, snapStart, packageType, settings } = version.configuration;
  const arn = functionArn(state, name);
  const ready = version.state === 'Active' && version.version !== '$LATEST';
  return {
    ...ALWAYS_TOLD,
    ...(packageType === 'Zip' ? TOLD_OF_ZIPS : {}),
    ...settings,
    LoggingConfig: {
      LogFormat: 'Text',
      LogGroup: `/aws/lambda/${name}`,
      ...members(settings['LoggingConfig']),
    },
    FunctionName: name,
    FunctionArn: qualifier === '' ? arn : `${arn}:${qualifier}`,
    Version: version.version,
    Role: role,
    ...(deadLetterArn === '' ? {} : { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    CodeSha256: hashOf(code),
    Description: version.description,
    LastModified: stamp(version.modifiedAt),
    RevisionId: version.revisionId,
    PackageType: packageType,
    SnapStart: {
      ApplyOn: snapStart ? 'PublishedVersions' : 'None',
      OptimizationStatus: snapStart && ready ? 'On' : 'Off',
    },
  };
}

/** An alias as it is read: while Lambda moves provisioned concurrency, with the weight that it gives itself. */
export function aliasBody(state: LambdaState, name: string, alias: Alias) {
  return aliasWith(weightsOf(alias), state, name, alias);
}

/** An alias as the answer to a write has it: with the weights that were written. */
export function writtenBody(state: LambdaState, name: string, alias: Alias) {
  return aliasWith(alias.weights, state, name, alias);
}

function aliasWith(weights: Alias['weights'], state: LambdaState, name: string, alias: Alias) {
  return {
    AliasArn: `${functionArn(state, name)}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(Object.keys(weights).length === 0
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: weights } }),
  };
}

export function provisionedBody(provisioned: Provisioned) {
  const { executions, available, status, statusReason, modifiedAt } = provisioned;
  return {
    RequestedProvisionedConcurrentExecutions: executions,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: available,
    Status: status,
    ...(statusReason === '' ? {} : { StatusReason: statusReason }),
    LastModified: stamp(modifiedAt),
  };
}

function reasons(member: string, reason: string, code: string) {
  return reason === '' ? {} : { [`${member}Reason`]: reason, [`${member}ReasonCode`]: code };
}

function stamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
