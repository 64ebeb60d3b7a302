import { PASS } from '../../core/rollout/verdict.ts';
import type { Checks, Router } from '../../ports.ts';

/** Watches for somebody else's writes to the aliases: without it, they are noticed at our own next write only. */
export function createIntruderChecks(routers: readonly Router[]): Checks {
  return {
    async assess(_at, bake, signal) {
      // Before the first weight, the write itself says it.
      if (bake === undefined) return { verdict: PASS, findings: [], warnings: [] };
      const found = await Promise.all(routers.map((router) => router.intruder(signal)));
      const reasons = found.filter((reason) => reason !== undefined);
      return {
        verdict: reasons.length === 0 ? PASS : { kind: 'fail', reason: reasons.join(' ') },
        findings: [],
        warnings: [],
      };
    },
  };
}
