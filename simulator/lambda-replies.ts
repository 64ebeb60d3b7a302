import { hashOf } from './functions.ts';
import { functionArn, type Alias, type LambdaState, type Version } from './state.ts';

/** A version as GetFunction and its relatives show it. */
export function configuration(
  state: LambdaState,
  name: string,
  version: Version,
  qualifier = version.version,
) {
  const { role, deadLetterArn, code, snapStart } = version.configuration;
  const arn = functionArn(state, name);
  return {
    FunctionName: name,
    FunctionArn: qualifier === '$LATEST' ? arn : `${arn}:${qualifier}`,
    Version: version.version,
    Role: role,
    ...(deadLetterArn === '' ? {} : { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    CodeSha256: hashOf(code),
    Description: version.description,
    RevisionId: version.revisionId,
    State: version.state,
    ...(version.stateReason === '' ? {} : reasons('State', version.state, version.stateReason)),
    LastUpdateStatus: version.lastUpdateStatus,
    ...(version.lastUpdateReason === ''
      ? {}
      : reasons('LastUpdateStatus', version.lastUpdateStatus, version.lastUpdateReason)),
    SnapStart: snapStart
      ? {
          ApplyOn: 'PublishedVersions',
          OptimizationStatus:
            version.state === 'Active' && version.version !== '$LATEST' ? 'On' : 'Off',
        }
      : { ApplyOn: 'None', OptimizationStatus: 'Off' },
  };
}

function reasons(member: string, state: string, reason: string) {
  const code = state === 'Failed' ? 'FunctionError' : 'Creating';
  return { [`${member}Reason`]: reason, [`${member}ReasonCode`]: code };
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

/** AWS gives at most this many entries a page, whatever was asked. */
const PAGE = 50;

export function page(query: URLSearchParams, entries: readonly unknown[], member: string) {
  const from = Number(query.get('Marker') ?? 0);
  const size = Math.min(Number(query.get('MaxItems') ?? PAGE), PAGE);
  const next = from + size;
  return {
    [member]: entries.slice(from, next),
    ...(next < entries.length ? { NextMarker: String(next) } : {}),
  };
}
