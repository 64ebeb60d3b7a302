import { hashOf } from './functions.ts';
import {
  functionArn,
  type Alias,
  type LambdaState,
  type Provisioned,
  type Version,
} from './state.ts';

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
    ...settings,
    FunctionName: name,
    FunctionArn: qualifier === '$LATEST' ? arn : `${arn}:${qualifier}`,
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

export function aliasBody(state: LambdaState, name: string, alias: Alias) {
  return {
    AliasArn: `${functionArn(state, name)}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(Object.keys(alias.weights).length === 0
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: alias.weights } }),
  };
}

export function provisionedBody({ executions, status, modifiedAt }: Provisioned) {
  const there = status === 'READY' ? executions : 0;
  return {
    RequestedProvisionedConcurrentExecutions: executions,
    AvailableProvisionedConcurrentExecutions: there,
    AllocatedProvisionedConcurrentExecutions: there,
    Status: status,
    LastModified: stamp(modifiedAt),
  };
}

function reasons(member: string, reason: string, code: string) {
  return reason === '' ? {} : { [`${member}Reason`]: reason, [`${member}ReasonCode`]: code };
}

function stamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
