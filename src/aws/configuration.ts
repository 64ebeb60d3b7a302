import { createHash } from 'node:crypto';

import type {
  FunctionConfiguration,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';

import { listIn } from './reply.ts';

type Setting = Exclude<
  keyof UpdateFunctionConfigurationCommandInput,
  'FunctionName' | 'RevisionId'
>;

/** All that can be set beside the code, as Lambda shows it: what it finds out by itself, or changes with the code, is left out. */
const SHOWN: Readonly<Record<Setting, (shown: FunctionConfiguration) => unknown>> = {
  CapacityProviderConfig: (shown) => shown.CapacityProviderConfig,
  DeadLetterConfig: (shown) => shown.DeadLetterConfig,
  Description: (shown) => shown.Description,
  DurableConfig: (shown) => shown.DurableConfig,
  Environment: (shown) => shown.Environment?.Variables,
  EphemeralStorage: (shown) => shown.EphemeralStorage,
  FileSystemConfigs: (shown) => shown.FileSystemConfigs,
  Handler: (shown) => shown.Handler,
  ImageConfig: (shown) => shown.ImageConfigResponse?.ImageConfig,
  KMSKeyArn: (shown) => shown.KMSKeyArn,
  Layers: (shown) => listIn(shown.Layers).map((layer) => layer.Arn),
  LoggingConfig: (shown) => shown.LoggingConfig,
  MemorySize: (shown) => shown.MemorySize,
  Role: (shown) => shown.Role,
  Runtime: (shown) => shown.Runtime,
  SnapStart: (shown) => shown.SnapStart?.ApplyOn,
  Timeout: (shown) => shown.Timeout,
  TracingConfig: (shown) => shown.TracingConfig?.Mode,
  // Nobody promises an order of these.
  VpcConfig: ({ VpcConfig: vpc }) => [
    listIn(vpc?.SubnetIds).toSorted(),
    listIn(vpc?.SecurityGroupIds).toSorted(),
    vpc?.Ipv6AllowedForDualStack,
  ],
};

/**
 * What `UpdateFunctionConfiguration` sets, to be compared and nothing else: a hash, because the environment may hold secrets.
 * @returns nothing where Lambda does not show all of it: the environment of who may not use its key
 */
export function configurationIn(shown: FunctionConfiguration): string | undefined {
  if (shown.Environment?.Error !== undefined) return undefined;
  const all = Object.values(SHOWN).map((setting) => setting(shown));
  return createHash('sha256').update(JSON.stringify(all, inOrder)).digest('base64');
}

/** Members in the order of their names. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
