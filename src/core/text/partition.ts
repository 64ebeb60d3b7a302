/** A group of regions with an identity system of its own: what an account and its ARNs belong to. */
export interface Partition {
  /** As ARNs begin with it, behind `arn:`. */
  readonly id: string;
  /** What the console's address ends with, behind the region; undefined where none is known to the public. */
  readonly consoleHost: string | undefined;
}

// As the SDK's partitions.json has them; a region that begins like none of these is in the first.
const STANDARD: Partition = { id: 'aws', consoleHost: 'console.aws.amazon.com' };
const BY_PREFIX: readonly (readonly [prefix: string, partition: Partition])[] = [
  ['cn-', { id: 'aws-cn', consoleHost: 'console.amazonaws.cn' }],
  ['us-gov-', { id: 'aws-us-gov', consoleHost: 'console.amazonaws-us-gov.com' }],
  ['eusc-', { id: 'aws-eusc', consoleHost: 'console.amazonaws-eusc.eu' }],
  ['us-iso-', { id: 'aws-iso', consoleHost: undefined }],
  ['us-isob-', { id: 'aws-iso-b', consoleHost: undefined }],
  ['eu-isoe-', { id: 'aws-iso-e', consoleHost: undefined }],
  ['us-isof-', { id: 'aws-iso-f', consoleHost: undefined }],
];

/** The partition that a region is in. */
export function partitionOf(region: string): Partition {
  return BY_PREFIX.find(([prefix]) => region.startsWith(prefix))?.[1] ?? STANDARD;
}
