import type { FoundFunctions } from '../core/function-search.ts';
import type { ReadFile } from './smoke-tests.ts';

/**
 * The inputs and their defaults, as action.yml states them. They stand here too because an input that a
 * workflow fills from an empty expression arrives as an empty string, not as its default.
 */
export const INPUT_DEFAULTS = {
  'function-name': '',
  alias: '',
  'create-alias': 'false',
  mode: 'rollout',
  version: '',
  description: '',
  'code-sha256': '',
  code: '',
  'code-s3': '',
  'code-image': '',
  architectures: '',
  'on-revert-latest': 'keep',
  steps: '',
  'bake-time': '',
  engine: 'runner',
  'state-machine': 'lambda-canary',
  wait: 'true',
  'hold-for': '24h',
  alarms: '',
  analysis: '',
  'analysis-alpha': '0.01',
  'tolerated-ratio': '1',
  'tolerated-margin': '0%',
  'analysis-floor': '0.1%',
  'min-invocations': '50',
  'max-extension': '3',
  'on-inconclusive': 'promote',
  'metric-delay': '90s',
  'compare-metrics': '',
  'compare-duration': '',
  'after-promotion': '',
  'analysis-logs': '',
  'log-errors': '',
  'log-delay': '12s',
  'error-logs': 'count',
  'metric-checks': '',
  'check-commands': '',
  'smoke-test-payload': '',
  'smoke-test-expect': '',
  'smoke-test-max-duration': '30s',
  'poll-interval': '15s',
  'on-alarm-at-start': '',
  'on-insufficient-data': 'continue',
  'monitoring-grace': '2m',
  'on-cancel': 'revert',
  'on-unfinished': '',
  'on-reverted-before': 'warn',
  'fast-track': 'false',
  'rollback-window': '7d',
  'keep-versions': '',
  'keep-versions-for': '1d',
  'dry-run': 'false',
  region: '',
  regions: '',
  'wave-bake': '0s',
  'on-wave-failure': 'revert-all',
  'role-to-assume': '',
  'role-session-name': '',
  'role-duration': '1h',
  'credentials-duration': '',
  'job-timeout': '6h',
  'github-token': '',
  environment: '',
  comment: 'never',
} as const;
export type InputName = keyof typeof INPUT_DEFAULTS;

/** What an input is that was not given, where that depends on the mode. */
export function defaultsOf(mode: string, hasSteps: boolean): Partial<Record<InputName, string>> {
  if (mode !== 'rollback') {
    return { steps: '10% 5m', 'bake-time': '5m', 'on-alarm-at-start': 'fail' };
  }
  // The version was live before, and the one that is live is what the red alarm is about.
  return {
    steps: 'AllAtOnce',
    'bake-time': '0s',
    'on-alarm-at-start': 'ignore-until-ok',
    // At once nothing can be compared, and whoever is in a hurry is not refused because nothing watches.
    analysis: hasSteps ? '' : 'off',
  };
}

/** What the environment says where an input is silent. */
export interface Defaults {
  readonly description: string;
  readonly region: string | undefined;
  readonly roleSessionName: string;
  readonly readFile: ReadFile;
  /** What the searches for functions came to; left out before they were made. */
  readonly found?: readonly FoundFunctions[] | undefined;
}
