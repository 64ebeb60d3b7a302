import { AwsError } from '../wire/aws-error.ts';
import { functionNamed, versionOf } from './functions.ts';
import { conflict, notFound, refused } from '../wire/refusals.ts';
import type { Weights } from './routing.ts';
import {
  functionArn,
  newRevision,
  recordAlias,
  weightsOf,
  type Alias,
  type LambdaFunction,
  type LambdaState,
  type Provisioned,
  type Version,
} from './state.ts';

export function putProvisioned(
  state: LambdaState,
  functionName: string,
  qualifier: string,
  executions: number,
): Provisioned {
  if (qualifier === '$LATEST') {
    throw refused(
      'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    );
  }
  const { found, holder, version } = holderOf(state, functionName, qualifier);
  const alias = found.aliases.get(qualifier);
  if (alias !== undefined && Object.keys(weightsOf(alias)).length > 0) {
    // hashicorp/terraform-provider-aws#24957
    throw refused('Alias with weights can not be used with Provisioned Concurrency');
  }
  refuseCollision(found, { alias, version });
  const provisioned: Provisioned = {
    executions,
    modifiedAt: state.clock.now(),
    available: state.allocationMs > 0 ? 0 : executions,
    status: state.allocationMs > 0 ? 'IN_PROGRESS' : 'READY',
    statusReason: '',
  };
  holder.provisioned = provisioned;
  version.revisionId = newRevision(state);
  if (state.allocationMs > 0) {
    state.agenda.add(state.clock.now() + state.allocationMs, () => {
      provisioned.status = 'READY';
      provisioned.available = executions;
    });
  }
  return provisioned;
}

/** An environment belongs to a version or to an alias of it, never to both. */
function refuseCollision(
  found: LambdaFunction,
  { alias, version }: { readonly alias: Alias | undefined; readonly version: Version },
): void {
  if (alias !== undefined && version.provisioned !== undefined) {
    throw conflict(
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    );
  }
  const others = [...found.aliases.values()].filter(
    (each) => each !== alias && each.version === version.version,
  );
  if (others.some((each) => each.provisioned !== undefined)) {
    throw conflict('Version is pointed by a Provisioned Concurrency alias');
  }
}

export function getProvisioned(
  state: LambdaState,
  functionName: string,
  qualifier: string,
): Provisioned {
  const { holder } = publishedHolderOf(state, functionName, qualifier);
  if (holder.provisioned === undefined) {
    throw new AwsError(
      404,
      'ProvisionedConcurrencyConfigNotFoundException',
      'No Provisioned Concurrency Config found for this function',
    );
  }
  return holder.provisioned;
}

/** Of aliases and of versions. */
export function listProvisioned(
  state: LambdaState,
  functionName: string,
): readonly { readonly qualifier: string; readonly provisioned: Provisioned }[] {
  const { aliases, versions } = functionNamed(state, functionName);
  return [
    ...[...aliases.values()].map(({ name, provisioned }) => ({ qualifier: name, provisioned })),
    ...versions.map(({ version, provisioned }) => ({ qualifier: version, provisioned })),
  ].flatMap(({ qualifier, provisioned }) =>
    provisioned === undefined ? [] : [{ qualifier, provisioned }],
  );
}

export function deleteProvisioned(
  state: LambdaState,
  functionName: string,
  qualifier: string,
): void {
  const { holder } = publishedHolderOf(state, functionName, qualifier);
  holder.provisioned = undefined;
}

function publishedHolderOf(state: LambdaState, functionName: string, qualifier: string) {
  if (qualifier === '$LATEST') {
    throw refused('The function resource provided must be an alias or a published version.');
  }
  return holderOf(state, functionName, qualifier);
}

/** An alias is looked for before its function is. */
function holderOf(state: LambdaState, functionName: string, qualifier: string) {
  state.catchUp();
  const alias = state.functions.get(functionName)?.aliases.get(qualifier);
  if (alias === undefined && !/^\d+$/.test(qualifier)) {
    throw notFound(`Cannot find alias arn: ${functionArn(state, functionName)}:${qualifier}`);
  }
  const found = functionNamed(state, functionName, qualifier);
  const version = versionOf(state, found, qualifier);
  return { found, holder: alias ?? version, version };
}

/**
 * An alias with provisioned concurrency that is pointed elsewhere keeps sending everything to the old version
 * until the new environments are ready, and Lambda shows that as a weight nobody set
 * (hashicorp/terraform-provider-aws#48116). When they cannot start, it stays so for good
 * (serverless/serverless#7329, aws/serverless-application-model#1296).
 */
export function moveProvisioned(
  state: LambdaState,
  found: LambdaFunction,
  alias: Alias,
  before: string,
): void {
  if (alias.provisioned === undefined || Object.keys(alias.weights).length > 0) return;
  const at = state.clock.now() + state.provisioningMs;
  const moved: Provisioned = { ...alias.provisioned, status: 'IN_PROGRESS', statusReason: '' };
  const moving = { [before]: 1 };
  alias.provisioned = moved;
  alias.moving = moving;
  state.agenda.add(at, () => {
    moved.status = state.provisioningFailure === '' ? 'READY' : 'FAILED';
    moved.statusReason = state.provisioningFailure;
    // Somebody may have written the alias, or deleted it, in the meantime.
    if (alias.moving !== moving || found.aliases.get(alias.name) !== alias) return;
    if (moved.status === 'FAILED') return;
    alias.moving = undefined;
    if (state.transitionChangesRevisionId) alias.revisionId = newRevision(state);
    recordAlias(state, found.name, alias, at);
  });
}

/** The version that an alias stays on because its environments could not be moved: back to it is no move. */
export function stuckOnVersion({ moving, provisioned }: Alias): string | undefined {
  return provisioned?.status === 'FAILED' ? Object.keys(moving ?? {})[0] : undefined;
}

/** While a move that failed stands, nothing but the end of all weights is accepted. */
export function refuseAfterFailedMove(alias: Alias, change: Weights | undefined): void {
  if (alias.moving === undefined || alias.provisioned?.status !== 'FAILED') return;
  if (change !== undefined && Object.keys(change).length === 0) return;
  throw refused('Invalid alias configuration for Provisioned Concurrency');
}
