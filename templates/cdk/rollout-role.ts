import { ArnFormat, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

const ISSUER = 'token.actions.githubusercontent.com';

export interface RolloutRoleProps {
  /** `owner/name` of the repository whose workflow runs the action. */
  readonly repository: string;
  /** Numbers of the owner and of the repository: `gh api repos/OWNER/NAME --jq '.owner.id, .id'`. */
  readonly ownerId: string;
  readonly repositoryId: string;
  /** The branch whose workflow may assume the role; of no meaning with an environment. Default: main. */
  readonly branch?: string;
  /** The environment of GitHub that the job names. */
  readonly environment?: string;
  readonly functionName: string;
  /** Default: live. */
  readonly alias?: string;
  /** That the function logs to. Default: `/aws/lambda/` and its name. */
  readonly logGroup?: string;
  /** Whether the workflow sends smoke tests (`smoke-test-payload`). */
  readonly smokeTest?: boolean;
  /** Whether the workflow has the action upload the code (`code`, `code-s3`, `code-image`). */
  readonly uploadsCode?: boolean;
  /** GitHub's provider, where the account has it already: an account can have it once. */
  readonly oidcProviderArn?: string;
}

/** The role that a workflow of GitHub assumes to roll out one Lambda function with Lambda Canary. */
export class RolloutRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: RolloutRoleProps) {
    super(scope, id);
    const { repository, ownerId, repositoryId, functionName, alias = 'live' } = props;
    const [owner, name] = repository.split('/');
    const who =
      props.environment === undefined
        ? `ref:refs/heads/${props.branch ?? 'main'}`
        : `environment:${props.environment}`;
    const providerArn = props.oidcProviderArn ?? this.provider();
    this.role = new iam.Role(this, 'Role', {
      description: `Rolls out ${functionName}:${alias} for ${repository}`,
      assumedBy: new iam.WebIdentityPrincipal(providerArn, {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          // Repositories made, renamed or moved since 15 July 2026 have numbers in it, and older ones have none.
          [`${ISSUER}:sub`]: [
            `repo:${repository}:${who}`,
            `repo:${owner}@${ownerId}/${name}@${repositoryId}:${who}`,
          ],
        },
      }),
      inlinePolicies: { 'lambda-canary': this.policy(props) },
    });
    new CfnOutput(this, 'Inputs', {
      description: 'For the step of the workflow',
      value: [
        `function-name: ${functionName}`,
        `alias: ${alias}`,
        `region: ${Stack.of(this).region}`,
        `role-to-assume: ${this.role.roleArn}`,
      ].join('\n'),
    });
  }

  private provider(): string {
    const provider = new iam.CfnOIDCProvider(this, 'Provider', {
      url: `https://${ISSUER}`,
      clientIdList: ['sts.amazonaws.com'],
    });
    // It is for the whole account: other roles may have come to trust it.
    provider.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return provider.attrArn;
  }

  private policy({
    functionName,
    logGroup,
    smokeTest = false,
    uploadsCode = false,
  }: RolloutRoleProps) {
    const stack = Stack.of(this);
    const arnOf = (service: string, resource: string, resourceName: string) =>
      stack.formatArn({
        service,
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const functionArn = arnOf('lambda', 'function', functionName);
    const allow = (sid: string, resource: string, actions: string[]) =>
      new iam.PolicyStatement({ sid, actions, resources: [resource] });
    return new iam.PolicyDocument({
      // As they are: put together and sorted, they could not be compared with the list in the docs.
      minimize: false,
      statements: [
        allow('PublishAndShift', functionArn, [
          'lambda:GetFunction',
          'lambda:PublishVersion',
          ...(uploadsCode ? ['lambda:UpdateFunctionCode'] : []),
          'lambda:GetAlias',
          'lambda:UpdateAlias',
          'lambda:CreateAlias',
          'lambda:ListAliases',
        ]),
        allow('Versions', `${functionArn}:*`, [
          'lambda:GetFunction',
          ...(smokeTest ? ['lambda:InvokeFunction'] : []),
          'lambda:GetProvisionedConcurrencyConfig',
        ]),
        allow('Watch', '*', [
          'cloudwatch:DescribeAlarms',
          'cloudwatch:DescribeAlarmHistory',
          'cloudwatch:GetMetricData',
        ]),
        allow(
          'Explain',
          `${arnOf('logs', 'log-group', logGroup ?? `/aws/lambda/${functionName}`)}:*`,
          ['logs:FilterLogEvents'],
        ),
      ],
    });
  }
}
