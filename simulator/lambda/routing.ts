import { functionNamed, versionOf } from './functions.ts';
import { conflict, refused } from '../wire/refusals.ts';
import type { LambdaFunction, LambdaState, Version } from './state.ts';

export type Weights = Readonly<Record<string, number>>;

export interface Routing {
  readonly version: string;
  readonly weights: Weights;
}

/** What Lambda refuses, knowing its versions. */
export function checkRouting(
  state: LambdaState,
  functionName: string,
  { version, weights }: Routing,
): void {
  const found = functionNamed(state, functionName);
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
  const primary = served(state, found, version);
  if (other !== undefined) checkAlike(primary, served(state, found, other));
}

function served(state: LambdaState, found: LambdaFunction, number: string): Version {
  const version = versionOf(state, found, number);
  if (version.state === 'Failed' || version.state === 'Pending') {
    // hashicorp/terraform-provider-aws#49904 reports the 409 for Failed; for Pending it is a guess.
    throw conflict(
      `The operation cannot be performed at this time. The function version is in the state ${version.state}`,
    );
  }
  return version;
}

function checkAlike({ configuration: one }: Version, { configuration: other }: Version): void {
  if (one.role !== other.role) {
    // serverless-heaven/serverless-aws-alias#64
    throw refused('Specified versions must be associated with the same execution role');
  }
  if (one.deadLetterArn !== other.deadLetterArn) {
    // The rule is documented, AWS's words for it are not.
    throw refused('Specified versions must have the same dead-letter queue configuration');
  }
}
