import type { Simulator } from './simulator.ts';

/** What a server needs of what it serves. */
export type Served = Pick<Simulator, 'handle' | 'now'>;

/** The simulators of several regions behind one address: a request belongs to the region that it is signed for. */
export function inRegions(simulators: readonly [Simulator, ...Simulator[]]): Served {
  const [first] = simulators;
  return {
    now: first.now,
    handle(request) {
      const region = regionIn(request.headers['authorization'] ?? '');
      const simulator = simulators.find((each) => each.region === region);
      if (simulator === undefined) throw new Error(`There is no simulator for region ${region}`);
      return simulator.handle(request);
    },
  };
}

/** `AWS4-HMAC-SHA256 Credential=key/day/region/service/aws4_request, …` */
function regionIn(authorization: string): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(authorization)?.[1] ?? '';
}
