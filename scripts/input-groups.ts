// How docs/inputs.md groups the inputs, and an example of each.

interface Group {
  readonly title: string;
  /** Examples by the input's name, in the order of the page. */
  readonly examples: Readonly<Record<string, string>>;
}

export const INPUT_GROUPS: readonly Group[] = [
  {
    title: 'Target',
    examples: {
      'function-name': 'checkout',
      alias: 'live',
      'create-alias': "'true'",
      mode: 'start',
      version: "'8'",
      description: 'release 2026.11',
      'code-sha256': '${{ steps.code.outputs.sha }}',
    },
  },
  {
    title: 'Code',
    examples: {
      code: 'dist',
      'code-s3': 's3://builds/checkout.zip',
      'code-image': '123456789012.dkr.ecr.eu-west-1.amazonaws.com/checkout@sha256:…',
      architectures: 'arm64',
      'on-revert-latest': 'restore',
    },
  },
  {
    title: 'Plan',
    examples: {
      steps: '5% 5m, 25% 10m, 50% 10m',
      'bake-time': '10m',
      'min-invocations': "'200'",
      'max-extension': "'2'",
      'on-inconclusive': 'hold',
      'job-timeout': '1h',
      'fast-track': "'true'",
      'rollback-window': '14d',
      'keep-versions': "'10'",
      'keep-versions-for': '7d',
      'dry-run': "'true'",
    },
  },
  {
    title: 'Engine',
    examples: {
      engine: 'step-functions',
      'state-machine': 'lambda-canary',
      wait: "'false'",
      'hold-for': '3d',
    },
  },
  {
    title: 'Alarms',
    examples: {
      alarms: 'checkout-errors, checkout-latency',
      'poll-interval': '10s',
      'on-alarm-at-start': 'ignore-until-ok',
      'on-insufficient-data': 'wait',
      'monitoring-grace': '5m',
    },
  },
  {
    title: 'Comparison',
    examples: {
      analysis: 'observe',
      'analysis-alpha': "'0.001'",
      'tolerated-ratio': "'1.5'",
      'tolerated-margin': '0.5%',
      'analysis-floor': '1%',
      'metric-delay': '2m',
      'compare-metrics': "'http 5xx: Shop/Api:ServerErrors / Requests where Version={version}'",
      'compare-duration': "'on'",
      'metric-checks': 'p99 Duration < 800 ms for 3 of 5 min',
      'after-promotion': 'revert',
    },
  },
  {
    title: 'Logs',
    examples: {
      'analysis-logs': "'off'",
      'log-errors': '\'{ $.level = "ERROR" }\'',
      'log-delay': '20s',
      'error-logs': 'show',
    },
  },
  {
    title: 'Commands',
    examples: {
      'check-commands': "'slo, every 30s: ./slo.sh'",
    },
  },
  {
    title: 'Smoke test',
    examples: {
      'smoke-test-payload': 'test/events/ping.json',
      'smoke-test-expect': '\'{"statusCode": 200}\'',
      'smoke-test-max-duration': '5s',
    },
  },
  {
    title: 'Recovery',
    examples: {
      'on-cancel': 'hold',
      'on-unfinished': 'resume',
      'on-reverted-before': 'fail',
    },
  },
  {
    title: 'GitHub',
    examples: {
      'github-token': '${{ secrets.DEPLOY_TOKEN }}',
      environment: 'production',
      comment: 'failure',
    },
  },
  {
    title: 'AWS',
    examples: {
      region: 'eu-west-1',
      regions: 'eu-west-1 | us-east-1, us-west-2',
      'wave-bake': '30m',
      'on-wave-failure': 'keep-earlier',
      'role-to-assume': 'arn:aws:iam::123456789012:role/deploy-checkout',
      'role-session-name': 'deploy-checkout',
      'role-duration': '2h',
      'credentials-duration': '2h',
    },
  },
];
