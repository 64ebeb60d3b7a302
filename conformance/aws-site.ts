import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { startAction } from '../simulator/runner.ts';
import { systemClock } from '../src/system/clock.ts';
import { createClients } from './clients.ts';
import { refuseInterrupted, type Site } from './site.ts';

const CREDENTIALS = /^AWS_(?!ENDPOINT_URL$|REGION$)/;

/** Experiments run side by side, and the control plane takes 15 calls a second. */
const ATTEMPTS = 8;

/** AWS itself, or a double of it that somebody else started. Credentials are those of the environment. */
export async function awsSite({
  region,
  endpoint,
  role,
}: {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly role: string | undefined;
}): Promise<Site> {
  const sts = new STSClient(endpoint === undefined ? { region } : { region, endpoint });
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand());
  const given = Object.entries(process.env).filter(([name]) => CREDENTIALS.test(name));
  const placed: Record<string, string> =
    endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint };
  const environment = {
    ...(Object.fromEntries(given) as Record<string, string>),
    HOME: process.env['HOME'] ?? '',
    AWS_REGION: region,
    ...placed,
  };
  return {
    name: endpoint ?? 'AWS',
    region,
    account,
    environment,
    roles:
      role === undefined
        ? undefined
        : { functions: role, other: role, machines: role, rules: role, sessions: role },
    now: () => Date.now(),
    sleep: (ms, interruption) => systemClock.sleep(ms, interruption),
    clients: (signal, credentials) =>
      createClients({
        region,
        endpoint,
        credentials,
        maxAttempts: ATTEMPTS,
        around: {
          now: () => Date.now(),
          send: (call) => {
            refuseInterrupted(signal);
            return call();
          },
        },
      }),
    async runAction(inputs, signal) {
      const action = startAction({ inputs, environment });
      const end = () => void action.process.kill('SIGTERM');
      signal.addEventListener('abort', end, { once: true });
      try {
        return await action.done;
      } finally {
        signal.removeEventListener('abort', end);
      }
    },
    close: () => Promise.resolve(),
  };
}
