import { connectAws } from '../src/aws/aws.ts';
import { systemClock } from '../src/system/clock.ts';
import { REGION } from './stage.ts';

let sdkLoaded: Promise<unknown> | undefined;

/**
 * The SDK loads parts of itself when they are needed first. That takes no time of the simulation, in which
 * whatever waits for an answer would meanwhile run out of patience.
 */
export async function loadSdk(): Promise<void> {
  await (sdkLoaded ??= load());
}

function load(): Promise<unknown> {
  const refuse = () => Promise.reject(new Error('only loaded'));
  const { aliases, alarms, stepFunctions } = connectAws({
    region: REGION,
    role: undefined,
    idToken: refuse,
    connect: () => ({ requestHandler: { handle: refuse } as never }),
    clock: systemClock,
  });
  const target = { functionId: 'f', functionName: 'f', alias: 'live' };
  return Promise.allSettled([
    aliases.find(target),
    aliases.find(target, { urgency: 'revert' }),
    alarms.read(['alarm'], new AbortController().signal),
    stepFunctions.describeMachine({ stateMachine: 'machine', region: REGION, account: '*' }, {}),
  ]);
}
