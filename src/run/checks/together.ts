import { PASS, worst } from '../../core/rollout/verdict.ts';
import type { Assessment, Checks } from '../../ports.ts';

/** Several checks as one. They are read at the same time; the first that fails does not wait for the others. */
export function together(checks: readonly Checks[]): Checks {
  return {
    async assess(at, bake, signal) {
      const others = new AbortController();
      const shared = AbortSignal.any([signal, others.signal]);
      const readings = checks.map((check) => check.assess(at, bake, shared));
      try {
        return await firstFailing(readings);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        others.abort(new Error('another check has failed'));
      }
    },
  };
}

/** Resolves with the first reading that fails, or with all of them. */
function firstFailing(readings: readonly Promise<Assessment>[]): Promise<Assessment> {
  return new Promise((resolve, reject) => {
    for (const reading of readings) {
      void reading.then((assessment) => {
        if (assessment.verdict.kind === 'fail') resolve(assessment);
      }, reject);
    }
    void Promise.all(readings).then((all) => {
      resolve(merged(all));
    }, reject);
  });
}

function merged(all: readonly Assessment[]): Assessment {
  return {
    verdict: all.length === 0 ? PASS : worst(all.map(({ verdict }) => verdict)),
    findings: all.flatMap(({ findings }) => findings),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}
