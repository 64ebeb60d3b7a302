import type { Constraint, Model } from '../wire/constraints.ts';

const ARN_START =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?' +
  '(\\d{12}:)?(function:)?';

/** Operations that read or invoke take longer names, with dots, and 404 for those that are too long. */
const READ_NAME: Constraint = {
  type: 'String',
  min: 1,
  max: 256,
  pattern: `${ARN_START}([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
};
const NAME: Constraint = {
  type: 'String',
  min: 1,
  max: 140,
  pattern: `${ARN_START}([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
};
const QUALIFIER: Constraint = {
  type: 'String',
  min: 1,
  max: 128,
  pattern: '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+',
};
const PROVISIONED_QUALIFIER: Constraint = {
  type: 'String',
  min: 1,
  max: 128,
  pattern: '(|[a-zA-Z0-9$_-]+)',
};
const ALIAS: Constraint = {
  type: 'String',
  min: 1,
  max: 128,
  pattern: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)',
};
const VERSION: Constraint = {
  type: 'String',
  min: 1,
  max: 1024,
  pattern: '(\\$LATEST(\\.PUBLISHED)?|[0-9]+)',
};
const TEXT: Constraint = { type: 'String' };
const DESCRIPTION: Constraint = { type: 'String', min: 0, max: 256 };
const PAGE_SIZE: Constraint = { type: 'Integer', min: 1, max: 10_000 };
const ROUTING: Constraint = {
  type: 'Structure',
  members: {
    AdditionalVersionWeights: {
      type: 'Map',
      key: { type: 'String', min: 1, max: 1024, pattern: '[0-9]+' },
      value: { type: 'Double', min: 0, max: 1 },
    },
  },
};

/** From AWS's model of Lambda, as botocore 1.44 carries it. */
export const LAMBDA_MODEL: Model = {
  CreateFunction: { FunctionName: NAME, Description: DESCRIPTION },
  // Of a page, Lambda gives 50 at most, whatever was asked.
  ListFunctions: {
    MasterRegion: { type: 'String', pattern: 'ALL|[a-z]{2}(-gov)?-[a-z]+-\\d{1}' },
    FunctionVersion: { type: 'String', among: ['ALL'] },
    Marker: TEXT,
    MaxItems: PAGE_SIZE,
  },
  GetFunction: { FunctionName: READ_NAME, Qualifier: QUALIFIER },
  GetFunctionConfiguration: { FunctionName: READ_NAME, Qualifier: QUALIFIER },
  DeleteFunction: { FunctionName: READ_NAME, Qualifier: QUALIFIER },
  UpdateFunctionCode: {
    FunctionName: NAME,
    S3Bucket: { type: 'String', min: 3, max: 63, pattern: '[0-9A-Za-z\\.\\-_]*(?<!\\.)' },
    S3Key: { type: 'String', min: 1, max: 1024 },
    S3ObjectVersion: { type: 'String', min: 1, max: 1024 },
    S3ObjectStorageMode: { type: 'String', among: ['COPY', 'REFERENCE'] },
    ImageUri: TEXT,
    RevisionId: TEXT,
    SourceKMSKeyArn: TEXT,
  },
  UpdateFunctionConfiguration: {
    FunctionName: NAME,
    Description: DESCRIPTION,
    Timeout: { type: 'Integer', min: 1, max: 5_400 },
    MemorySize: { type: 'Integer', min: 128, max: 32_768 },
    RevisionId: TEXT,
  },
  PublishVersion: {
    FunctionName: NAME,
    CodeSha256: TEXT,
    Description: DESCRIPTION,
    RevisionId: TEXT,
    PublishTo: { type: 'String', among: ['LATEST_PUBLISHED'] },
  },
  ListVersionsByFunction: { FunctionName: READ_NAME, Marker: TEXT, MaxItems: PAGE_SIZE },
  Invoke: {
    FunctionName: READ_NAME,
    Qualifier: QUALIFIER,
    InvocationType: { type: 'String', among: ['Event', 'RequestResponse', 'DryRun'] },
    LogType: { type: 'String', among: ['None', 'Tail'] },
    TenantId: { type: 'String', min: 1, max: 256, pattern: '[a-zA-Z0-9\\._:\\/=+\\-@ ]+' },
  },
  CreateAlias: {
    FunctionName: NAME,
    Name: ALIAS,
    FunctionVersion: VERSION,
    Description: DESCRIPTION,
    RoutingConfig: ROUTING,
  },
  GetAlias: { FunctionName: NAME, Name: ALIAS },
  UpdateAlias: {
    FunctionName: NAME,
    Name: ALIAS,
    FunctionVersion: VERSION,
    Description: DESCRIPTION,
    RoutingConfig: ROUTING,
    RevisionId: TEXT,
  },
  DeleteAlias: { FunctionName: NAME, Name: ALIAS },
  ListAliases: {
    FunctionName: NAME,
    FunctionVersion: VERSION,
    Marker: TEXT,
    MaxItems: PAGE_SIZE,
  },
  GetProvisionedConcurrencyConfig: { FunctionName: NAME, Qualifier: PROVISIONED_QUALIFIER },
  ListProvisionedConcurrencyConfigs: {
    FunctionName: NAME,
    Marker: TEXT,
    MaxItems: { type: 'Integer', min: 1, max: 50 },
  },
  ListEventSourceMappings: { FunctionName: READ_NAME, Marker: TEXT, MaxItems: PAGE_SIZE },
  GetPolicy: { FunctionName: READ_NAME, Qualifier: QUALIFIER },
  DeleteProvisionedConcurrencyConfig: { FunctionName: NAME, Qualifier: PROVISIONED_QUALIFIER },
  PutProvisionedConcurrencyConfig: {
    FunctionName: NAME,
    Qualifier: PROVISIONED_QUALIFIER,
    ProvisionedConcurrentExecutions: { type: 'Integer', min: 1 },
  },
};
