import {
  GetFunctionCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  type FunctionCodeLocation,
  type FunctionConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

import { defaultLogGroup } from '../core/text/log-group.ts';
import type { VersionFacts } from '../core/preflight/target.ts';
import type { Target } from '../core/alias/target.ts';
import { intentOf } from '../core/permissions.ts';
import { parseFunctionId, type FunctionId } from '../core/text/arn.ts';
import type { S3Object } from '../core/versions/code.ts';
import { understood } from './call.ts';
import { configurationIn } from './configuration.ts';
import { everyPage, lineIn, listIn, numberIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Reads and publishes versions of functions. */
export interface Functions {
  /** `$LATEST` without a qualifier. */
  readonly read: (target: Target, signal: AbortSignal, version?: string) => Promise<VersionFacts>;
  /** All functions in the account and region. */
  readonly list: (signal: AbortSignal) => Promise<readonly FunctionId[]>;
  /**
   * The number of the version that `$LATEST` is published as. Lambda makes none anew when nothing has
   * changed since the last one, and does not say which of the two it was.
   */
  readonly publish: (
    target: Target,
    request: PublishRequest,
    signal: AbortSignal,
  ) => Promise<string>;
}

export interface PublishRequest {
  /** Publish only if the code of `$LATEST` still is this. */
  readonly codeSha256: string;
  /** Publish only if nothing of `$LATEST` has changed since; undefined: whatever else has. */
  readonly revisionId?: string | undefined;
  readonly description: string;
}

/** Lambda gives no more, whatever is asked for. */
const FUNCTIONS_A_PAGE = 50;
/** Accounts with many thousands of functions exist; Lambda knows no limit of their number. */
const MOST_PAGES_OF_FUNCTIONS = 2_000;

export function createFunctions(lambda: Service<LambdaClient>, region: string): Functions {
  return {
    read(target, signal, version) {
      // GetFunction has a quota of 100 requests a second for itself; GetFunctionConfiguration
      // shares 15 with all other calls.
      const intent = intentOf('lambda:GetFunction', {
        on: version === undefined ? 'function' : 'versions',
        functionId: target.functionId,
        region,
      });
      const command = new GetFunctionCommand({
        FunctionName: target.functionId,
        Qualifier: version,
      });
      return lambda.call(intent, { signal }, async (client, sending) => {
        const reply = await client.send(command, sending);
        const facts = factsOf(reply.Configuration ?? {}, reply.Code ?? {}, version ?? '$LATEST');
        return { ...facts, logGroup: facts.logGroup || defaultLogGroup(target.functionName) };
      });
    },

    list(signal) {
      const intent = intentOf('lambda:ListFunctions', { on: 'everything' });
      return understood(intent, signal, () =>
        everyPage(async (Marker) => {
          const command = new ListFunctionsCommand({ Marker, MaxItems: FUNCTIONS_A_PAGE });
          return lambda.call(intent, { signal }, async (client, sending) => {
            const { Functions, NextMarker } = await client.send(command, sending);
            const items = listIn(Functions).flatMap(
              ({ FunctionArn }) => parseFunctionId(textIn(FunctionArn)) ?? [],
            );
            return { items, nextToken: NextMarker };
          });
        }, MOST_PAGES_OF_FUNCTIONS),
      );
    },

    publish(target, { codeSha256, revisionId, description }, signal) {
      const { functionId } = target;
      const intent = intentOf('lambda:PublishVersion', { on: 'function', functionId, region });
      const command = new PublishVersionCommand({
        FunctionName: functionId,
        // A repeated publish of the same code answers with the same version, so a lost reply is
        // harmless. A RevisionId makes the repetition fail: publishing changes it.
        CodeSha256: codeSha256,
        RevisionId: revisionId,
        Description: description,
      });
      return lambda.call(intent, { signal }, async (client, sending) => {
        const { Version: published } = await client.send(command, sending);
        if (/^\d+$/.test(textIn(published))) return textIn(published);
        throw new Error('Lambda answered without the number of a version');
      });
    },
  };
}

function factsOf(
  configuration: FunctionConfiguration,
  location: FunctionCodeLocation,
  version: string,
): VersionFacts {
  return {
    version: textIn(configuration.Version) || version,
    revisionId: textIn(configuration.RevisionId),
    state: textIn(configuration.State) || 'unknown',
    stateReason: reason(configuration.StateReasonCode, configuration.StateReason),
    lastUpdateStatus: textIn(configuration.LastUpdateStatus),
    lastUpdateReason: reason(
      configuration.LastUpdateStatusReasonCode,
      configuration.LastUpdateStatusReason,
    ),
    role: textIn(configuration.Role),
    configuration: configurationIn(configuration),
    deadLetterArn: textIn(configuration.DeadLetterConfig?.TargetArn),
    codeSha256: textIn(configuration.CodeSha256),
    code: {
      packageType: textIn(configuration.PackageType),
      // Lambda's own default, where it does not say.
      architecture: textIn(listIn(configuration.Architectures)[0]) || 'x86_64',
      imageUri: textIn(location.ImageUri),
      resolvedImageUri: textIn(location.ResolvedImageUri),
      object: objectIn(location.ResolvedS3Object),
      kmsKeyArn: textIn(location.SourceKMSKeyArn),
    },
    timeoutMs: secondsIn(configuration.Timeout),
    logGroup: textIn(configuration.LoggingConfig?.LogGroup),
    logging: {
      runtime: textIn(configuration.Runtime),
      format: textIn(configuration.LoggingConfig?.LogFormat),
      applicationLevel: textIn(configuration.LoggingConfig?.ApplicationLogLevel),
      systemLevel: textIn(configuration.LoggingConfig?.SystemLogLevel),
    },
    functionArn: textIn(configuration.FunctionArn).replace(/:(\$LATEST|\d+)$/, ''),
    description: textIn(configuration.Description),
    publishedAt: timeIn(configuration.LastModified),
    tenantIsolated: configuration.TenancyConfig?.TenantIsolationMode === 'PER_TENANT',
  };
}

function objectIn(resolved: FunctionCodeLocation['ResolvedS3Object']): S3Object | undefined {
  const [bucket, key] = [textIn(resolved?.S3Bucket), textIn(resolved?.S3Key)];
  if (bucket === '' || key === '') return undefined;
  return { bucket, key, version: textIn(resolved?.S3ObjectVersion) || undefined };
}

/** Not verified of real AWS: that a version keeps the time at which it was published. */
function timeIn(value: unknown): number | undefined {
  const at = Date.parse(textIn(value));
  return Number.isNaN(at) ? undefined : at;
}

function secondsIn(value: unknown): number | undefined {
  const seconds = numberIn(value);
  return seconds === undefined ? undefined : seconds * 1000;
}

function reason(code: unknown, text: unknown): string {
  const parts = [code, text].map(textIn).filter((part) => part !== '');
  // Together as long as one text may be, not twice that.
  return lineIn(parts.join(': '));
}
