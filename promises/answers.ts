import { getAlias } from '../simulator/lambda/aliases.ts';
import type { Answer, Simulator } from '../simulator/simulator.ts';
import type { WireReply } from '../simulator/wire/wire.ts';
import type { Clock } from '../src/ports.ts';
import type { HttpRequest } from './http-request.ts';

/** Aliases as they are read: AWS may show one as it was before the last write, for a while. */
export interface Answers {
  /** @returns what `handle` answers, or in the place of that an answer from before the last write */
  answer(request: HttpRequest, handle: () => Answer): Answer;
}

export interface AnswersOptions {
  readonly simulator: Simulator;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long after a write the answer may be an old one; 0: never. */
  readonly staleMs: number;
}

interface Remembered {
  readonly reply: WireReply;
  readonly revisionId: string;
}

export function createAnswers({ simulator, clock, random, staleMs }: AnswersOptions): Answers {
  const latest = new Map<string, Remembered>();
  const stale = new Map<string, { readonly reply: WireReply; readonly until: number }>();

  /** Only what is so right before the write: somebody else may have written since it was read. */
  function isSo(functionName: string, { revisionId }: Remembered): boolean {
    return getAlias(simulator.lambda, functionName, 'live').revisionId === revisionId;
  }

  return {
    answer(request, handle) {
      const functionName = /\/functions\/([^/]+)\/aliases\//.exec(request.path)?.[1];
      if (staleMs === 0 || functionName === undefined) return handle();
      const before = latest.get(functionName);
      const wasSo = before !== undefined && isSo(functionName, before);
      const answer = handle();
      const { reply } = answer;
      if (reply?.status !== 200) return answer;
      const old = stale.get(functionName);
      if (request.method === 'GET' && old !== undefined && clock.now() < old.until) {
        if (random() < 0.5) return { reply: old.reply };
      }
      if (request.method === 'PUT' && wasSo) {
        stale.set(functionName, { reply: before.reply, until: clock.now() + staleMs });
      }
      const { RevisionId } = JSON.parse(reply.body) as { readonly RevisionId: string };
      latest.set(functionName, { reply, revisionId: RevisionId });
      return answer;
    },
  };
}
