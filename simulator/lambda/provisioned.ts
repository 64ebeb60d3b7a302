import { AwsError } from '../wire/aws-error.ts';
import { functionNamed, versionOf } from './functions.ts';
import { conflict, notFound, refused } from '../wire/refusals.ts';
import {
  functionArn,
  newRevision,
  recordAlias,
  type Alias,
  type LambdaFunction,
  type LambdaState,
  type Provisioned,
  type Version,
} from './state.ts';

/** What an alias with provisioned concurrency still sends to its old version while it moves. */
const STILL_TO_THE_OLD = 0.99;

export function putProvisioned(
  state: LambdaState,
  functionName: string,
  qualifier: string,
  executions: number,
): Provisioned {
  const found = functionNamed(state, functionName);
  const { holder, version } = holderOf(state, found, qualifier);
  const alias = found.aliases.get(qualifier);
  if (alias !== undefined && Object.keys(alias.weights).length > 0) {
    // hashicorp/terraform-provider-aws#24957
    throw refused('Alias with weights can not be used with Provisioned Concurrency');
  }
  refuseCollision(found, { alias, version });
  const provisioned: Provisioned = {
    executions,
    modifiedAt: state.clock.now(),
    status: state.allocationMs > 0 ? 'IN_PROGRESS' : 'READY',
  };
  holder.provisioned = provisioned;
  version.revisionId = newRevision(state);
  if (state.allocationMs > 0) {
    state.agenda.add(state.clock.now() + state.allocationMs, () => {
      provisioned.status = 'READY';
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
  const { holder } = holderOf(state, functionNamed(state, functionName), qualifier);
  if (holder.provisioned === undefined) {
    throw new AwsError(
      404,
      'ProvisionedConcurrencyConfigNotFoundException',
      'No Provisioned Concurrency Config found for this function',
    );
  }
  return holder.provisioned;
}

export function deleteProvisioned(
  state: LambdaState,
  functionName: string,
  qualifier: string,
): void {
  const { holder } = holderOf(state, functionNamed(state, functionName), qualifier);
  holder.provisioned = undefined;
}

function holderOf(state: LambdaState, found: LambdaFunction, qualifier: string) {
  if (qualifier === '$LATEST') {
    throw refused(
      'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    );
  }
  const alias = found.aliases.get(qualifier);
  if (alias === undefined && !/^\d+$/.test(qualifier)) {
    throw notFound(`Cannot find alias arn: ${functionArn(state, found.name)}:${qualifier}`);
  }
  const version = versionOf(state, found, qualifier);
  return { holder: alias ?? version, version };
}

/**
 * An alias with provisioned concurrency that is pointed elsewhere keeps sending to the old version
 * until the new environments are ready, and Lambda shows that as a weight nobody set
 * (hashicorp/terraform-provider-aws#48116).
 */
export function moveProvisioned(
  state: LambdaState,
  found: LambdaFunction,
  alias: Alias,
  before: string,
): void {
  if (alias.provisioned === undefined || Object.keys(alias.weights).length > 0) return;
  const at = state.clock.now() + state.provisioningMs;
  const moving: Provisioned = { ...alias.provisioned, status: 'IN_PROGRESS' };
  const shown = { [before]: STILL_TO_THE_OLD };
  alias.provisioned = moving;
  alias.weights = shown;
  state.agenda.add(at, () => {
    moving.status = 'READY';
    // Somebody may have written the alias, or deleted it, in the meantime.
    if (alias.weights !== shown || found.aliases.get(alias.name) !== alias) return;
    alias.weights = {};
    if (state.transitionChangesRevisionId) alias.revisionId = newRevision(state);
    recordAlias(state, found.name, alias, at);
  });
}
