import { AwsError } from './aws-error.ts';
import { functionNamed, refuseOtherRevision, versionOf } from './functions.ts';
import {
  functionArn,
  newRevision,
  recordAlias,
  type Alias,
  type LambdaFunction,
  type LambdaState,
} from './state.ts';

export interface AliasChange {
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** Left out: the weights stay as they are. Empty: they are cleared. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  readonly revisionId?: string | undefined;
}

export function createAlias(
  state: LambdaState,
  functionName: string,
  name: string,
  change: AliasChange,
): Alias {
  const found = functionNamed(state, functionName);
  if (!/^(?!\d+$)[\w-]{1,128}$/.test(name)) {
    throw invalid(`Value '${name}' at 'name' failed to satisfy constraint`);
  }
  if (found.aliases.has(name)) {
    throw new AwsError(
      409,
      'ResourceConflictException',
      `Alias already exists: ${functionArn(state, functionName)}:${name}`,
    );
  }
  const version = change.version ?? '';
  const weights = change.weights ?? {};
  checkRouting(state, found, version, weights);
  const alias: Alias = {
    name,
    version,
    weights,
    description: change.description ?? '',
    revisionId: newRevision(state),
  };
  found.aliases.set(name, alias);
  recordAlias(state, functionName, alias);
  return alias;
}

export function getAlias(state: LambdaState, functionName: string, name: string): Alias {
  const alias = functionNamed(state, functionName).aliases.get(name);
  if (alias === undefined) {
    throw new AwsError(
      404,
      'ResourceNotFoundException',
      `Cannot find alias arn: ${functionArn(state, functionName)}:${name}`,
    );
  }
  settleTransition(state, functionName, alias);
  return alias;
}

/** Every successful update gives a new revision, even one that changes nothing. */
export function updateAlias(
  state: LambdaState,
  functionName: string,
  name: string,
  change: AliasChange,
): Alias {
  const found = functionNamed(state, functionName);
  const alias = found.aliases.get(name);
  if (alias === undefined) {
    throw new AwsError(
      404,
      'ResourceNotFoundException',
      `Alias not found: ${functionArn(state, functionName)}:${name}`,
    );
  }
  settleTransition(state, functionName, alias);
  const version = change.version ?? alias.version;
  const weights = change.weights ?? alias.weights;
  if (change.weights !== undefined) checkWeights(change.weights);
  refuseOtherRevision(alias.revisionId, change.revisionId);
  checkRouting(state, found, version, weights);

  const before = alias.version;
  alias.version = version;
  alias.weights = weights;
  alias.description = change.description ?? alias.description;
  alias.revisionId = newRevision(state);
  if (before !== version) moveProvisioned(state, alias, before);
  recordAlias(state, functionName, alias);
  return alias;
}

export function deleteAlias(state: LambdaState, functionName: string, name: string): void {
  functionNamed(state, functionName).aliases.delete(name);
}

/** What the model of the API refuses before Lambda looks at its own state. */
function checkWeights(weights: Readonly<Record<string, number>>): void {
  const where = "at 'routingConfig.additionalVersionWeights' failed to satisfy constraint";
  for (const [version, weight] of Object.entries(weights)) {
    if (!/^\d+$/.test(version)) {
      throw invalid(`Value '{${version}=${weight}}' ${where}: Map keys must match [0-9]+`);
    }
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) {
      throw invalid(
        `Value '{${version}=${String(weight)}}' ${where}: Map value must satisfy constraint: ` +
          '[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]',
      );
    }
  }
}

function checkRouting(
  state: LambdaState,
  found: LambdaFunction,
  version: string,
  weights: Readonly<Record<string, number>>,
): void {
  checkWeights(weights);
  const additional = Object.keys(weights);
  const [other] = additional;
  if (additional.length > 1) {
    throw refused('Number of items in AdditionalVersionWeights cannot be greater than 1');
  }
  if (other !== undefined && version === '$LATEST') {
    throw refused('$LATEST is not supported for an alias pointing to more than 1 version');
  }
  if (other === version) {
    throw refused(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  const served = [version, ...additional].map((each) => numbered(state, found, each));
  const [first, second] = served;
  if (first === undefined || second === undefined) return;
  if (first.configuration.role !== second.configuration.role) {
    throw refused('Specified versions must be associated with the same execution role');
  }
  if (first.configuration.deadLetterArn !== second.configuration.deadLetterArn) {
    // The rule is documented, AWS's words for it are not.
    throw refused('Specified versions must have the same dead-letter queue configuration');
  }
}

function numbered(state: LambdaState, found: LambdaFunction, version: string) {
  if (version !== '$LATEST' && !/^\d+$/.test(version)) {
    throw invalid(`Value '${version}' at 'functionVersion' failed to satisfy constraint`);
  }
  const served = versionOf(state, found, version);
  if (served.state === 'Failed' || served.state === 'Pending') {
    // hashicorp/terraform-provider-aws#49904 reports the 409 for Failed; for Pending it is a guess.
    throw new AwsError(
      409,
      'ResourceConflictException',
      `The operation cannot be performed at this time. The function version is in the state ${served.state}`,
    );
  }
  return served;
}

function invalid(text: string): AwsError {
  return new AwsError(400, 'ValidationException', `1 validation error detected: ${text}`);
}

function refused(text: string): AwsError {
  return new AwsError(400, 'InvalidParameterValueException', text);
}

/**
 * An alias with provisioned concurrency that is pointed elsewhere keeps sending to the old version
 * until the new environments are ready, and Lambda shows that as a weight nobody set.
 */
function moveProvisioned(state: LambdaState, alias: Alias, before: string): void {
  if (alias.provisioned === undefined || Object.keys(alias.weights).length > 0) return;
  alias.provisioned.readyAt = state.clock.now() + state.provisioningMs;
  alias.weights = { [before]: 0.99 };
}

export function settleTransition(state: LambdaState, functionName: string, alias: Alias): void {
  const { provisioned } = alias;
  if (provisioned === undefined || provisioned.readyAt === 0) return;
  if (provisioned.readyAt > state.clock.now()) return;
  provisioned.readyAt = 0;
  alias.weights = {};
  if (state.transitionChangesRevisionId) alias.revisionId = newRevision(state);
  recordAlias(state, functionName, alias);
}

export function putProvisioned(
  state: LambdaState,
  functionName: string,
  name: string,
  executions: number,
): void {
  const alias = getAlias(state, functionName, name);
  if (Object.keys(alias.weights).length > 0) {
    throw refused('Alias with weights can not be used with Provisioned Concurrency');
  }
  alias.provisioned = { executions, readyAt: 0 };
}

export interface ProvisionedStatus {
  readonly executions: number;
  readonly status: 'IN_PROGRESS' | 'READY';
}

export function getProvisioned(
  state: LambdaState,
  functionName: string,
  name: string,
): ProvisionedStatus {
  const { provisioned } = getAlias(state, functionName, name);
  if (provisioned === undefined) {
    throw new AwsError(
      404,
      'ProvisionedConcurrencyConfigNotFoundException',
      'No Provisioned Concurrency Config found for this function',
    );
  }
  return {
    executions: provisioned.executions,
    status: provisioned.readyAt === 0 ? 'READY' : 'IN_PROGRESS',
  };
}
