import { functionNamed } from './functions.ts';
import { moveProvisioned, refuseAfterFailedMove, stuckOnVersion } from './provisioned.ts';
import { conflict, notFound, refuseOtherRevision } from '../wire/refusals.ts';
import { checkRouting, type Weights } from './routing.ts';
import { functionArn, newRevision, recordAlias, type Alias, type LambdaState } from './state.ts';

export { putProvisioned } from './provisioned.ts';

export interface AliasChange {
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** Left out: the weights stay as they are. Empty: they are cleared. */
  readonly weights?: Weights | undefined;
  readonly revisionId?: string | undefined;
}

export function createAlias(
  state: LambdaState,
  functionName: string,
  name: string,
  { version = '', weights = {}, description = '' }: AliasChange,
): Alias {
  const found = functionNamed(state, functionName, version);
  if (found.aliases.has(name)) {
    throw conflict(`Alias already exists: ${functionArn(state, functionName)}:${name}`);
  }
  checkRouting(state, functionName, { version, weights });
  const revisionId = newRevision(state);
  const alias: Alias = { name, version, weights: { ...weights }, description, revisionId };
  found.aliases.set(name, alias);
  recordAlias(state, functionName, alias, state.clock.now());
  return alias;
}

export function getAlias(state: LambdaState, functionName: string, name: string): Alias {
  const alias = functionNamed(state, functionName).aliases.get(name);
  if (alias === undefined) {
    throw notFound(`Cannot find alias arn: ${functionArn(state, functionName)}:${name}`);
  }
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
    throw notFound(`Alias not found: ${functionArn(state, functionName)}:${name}`);
  }
  refuseOtherRevision(alias.revisionId, change.revisionId);
  const version = change.version ?? alias.version;
  const weights = change.weights ?? alias.weights;
  refuseAfterFailedMove(alias, change.weights);
  checkRouting(state, functionName, { version, weights });

  const before = alias.version;
  alias.version = version;
  const stuckOn = stuckOnVersion(alias);
  if (change.weights !== undefined || before !== version) alias.moving = undefined;
  alias.weights = change.weights === undefined ? weights : { ...weights };
  alias.description = change.description ?? alias.description;
  alias.revisionId = newRevision(state);
  if (before !== version && version !== stuckOn) moveProvisioned(state, found, alias, before);
  recordAlias(state, functionName, alias, state.clock.now());
  return alias;
}

/** With a version: those that point to it, not those that only send a part to it. */
export function listAliases(
  state: LambdaState,
  functionName: string,
  version?: string,
): readonly Alias[] {
  const aliases = [...functionNamed(state, functionName).aliases.values()];
  return aliases.filter((alias) => version === undefined || alias.version === version);
}

/** An alias that does not exist is deleted without a word. */
export function deleteAlias(state: LambdaState, functionName: string, name: string): void {
  functionNamed(state, functionName).aliases.delete(name);
}
