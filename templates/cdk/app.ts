// npx cdk deploy -c repository=acme/shop -c ownerId=1 -c repositoryId=2 -c functionName=checkout
import { App, Stack } from 'aws-cdk-lib';

import { RolloutRole } from './rollout-role.ts';

const app = new App();
const given = (name: string): string | undefined => app.node.tryGetContext(name);
const required = (name: string): string => {
  const value = given(name);
  if (value === undefined) throw new Error(`Give it: -c ${name}=…`);
  return value;
};

new RolloutRole(new Stack(app, 'LambdaCanaryRole'), 'Rollout', {
  repository: required('repository'),
  ownerId: required('ownerId'),
  repositoryId: required('repositoryId'),
  functionName: required('functionName'),
  branch: given('branch'),
  environment: given('environment'),
  alias: given('alias'),
  logGroup: given('logGroup'),
  smokeTest: given('smokeTest') === 'true',
  uploadsCode: given('uploadsCode') === 'true',
  oidcProviderArn: given('oidcProviderArn'),
});
