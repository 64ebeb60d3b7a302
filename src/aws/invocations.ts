import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import type { Invocation, Json } from '../core/versions/smoke-test.ts';
import type { Target } from '../core/alias/target.ts';
import type { Clock } from '../ports.ts';
import { intentOf } from '../core/permissions.ts';
import { AwsCallError, understood } from './call.ts';
import { unlessAborted } from './patience.ts';
import { textIn } from './reply.ts';

/** Invokes versions of functions. */
export interface Invocations {
  /**
   * Sends a payload to a version and waits for its reply.
   * @throws {AwsCallError} when the function was not reached, or gave no reply in time
   */
  invoke(
    target: Target,
    request: { readonly version: string; readonly payload: Json },
    signal: AbortSignal,
  ): Promise<Invocation>;
}

/** A request that was refused for too many others was not executed, and may be sent again. */
const TRIES = 5;
const PAUSE_MS = 2_000;

/** @param lambda a client that waits long enough, and never sends a request again by itself: it has effects */
export function createInvocations(lambda: LambdaClient, region: string, clock: Clock): Invocations {
  return {
    async invoke({ functionId }, { version, payload }, signal) {
      const intent = intentOf('lambda:InvokeFunction', { on: 'versions', functionId, region });
      const command = new InvokeCommand({
        FunctionName: functionId,
        Qualifier: version,
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        Payload: Buffer.from(JSON.stringify(payload)),
      });
      for (let tries = 1; ; tries++) {
        const startedAt = clock.now();
        try {
          return await understood(intent, signal, async () => {
            const answer = lambda.send(command, { abortSignal: signal });
            const reply = await unlessAborted(signal, answer);
            return {
              reply: Buffer.from(reply.Payload ?? []).toString('utf8'),
              functionError: textIn(reply.FunctionError),
              executedVersion: textIn(reply.ExecutedVersion),
              log: logIn(reply.LogResult),
              elapsedMs: clock.now() - startedAt,
            };
          });
        } catch (error) {
          const throttled = error instanceof AwsCallError && error.status === 429;
          if (!throttled || tries >= TRIES) throw error;
          await clock.sleep(PAUSE_MS * tries, signal);
        }
      }
    },
  };
}

/** Lambda gives the last 4 KB. */
const LONGEST_LOG = 4_096;

/** Its end is kept: the line that tells the duration is the last one. */
function logIn(result: unknown): string {
  if (typeof result !== 'string') return '';
  return Buffer.from(result, 'base64').subarray(-LONGEST_LOG).toString('utf8');
}
