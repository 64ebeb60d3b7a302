import type { Router } from '../../ports.ts';
import { BAKED, type Wave } from '../surroundings.ts';

/**
 * Routers that move to a weight, end a promotion, and leave it to another job, only when all regions of the wave have come as far. So the
 * rollout is watched as ever while it waits for the others.
 */
export function inStep(routers: readonly Router[], wave: Wave): readonly Router[] {
  return routers.map((router) => ({
    ...router,
    async shift(to, signal) {
      await wave.reach(to.held ? BAKED : to.weight, signal);
      return router.shift(to, signal);
    },
    async confirm(signal) {
      await wave.reach(BAKED, signal);
      return router.confirm(signal);
    },
  }));
}
