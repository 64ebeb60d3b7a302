import { sameTarget } from '../../core/alias/target.ts';
import { defaultLogGroup } from '../../core/text/log-group.ts';
import { leastPolicy } from '../../core/policy.ts';
import { accountIn } from '../../core/text/arn.ts';
import { objectsIn } from '../../core/versions/code.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Cleared } from '../versions/cleared.ts';

/**
 * What the role of a job with these inputs must be allowed, when it is no dry run.
 * @param cleared what is known of the functions; of the others it is what Lambda does by default
 */
export function recordPolicy(
  config: Config,
  cleared: readonly Cleared[],
  { clock, journal }: Surroundings,
): void {
  const restores = config.onRevertLatest === 'restore';
  const formerObjects = cleared.flatMap(({ facts }) =>
    restores ? (facts.stable?.code.object ?? []) : [],
  );
  const policy = leastPolicy(
    { ...config, dryRun: false, formerObjects },
    {
      region: config.region,
      account: accountIn(config.role?.arn ?? '') ?? '*',
      stateMachine: config.stateMachine,
      objects: [...objectsIn(config.requests), ...formerObjects],
      functions: config.requests.map(({ target, foundBy }) => {
        const search = config.searches.find(({ written }) => written === foundBy);
        const found = cleared.find(({ request }) => sameTarget(request.target, target));
        const { functionId, functionName } = target;
        const { functionArn = '', logGroup = '' } = found?.facts.candidate ?? {};
        if (search?.type === 'pattern')
          return patternInPolicy(search.pattern, functionName, logGroup);
        return {
          functionId: functionArn || functionId,
          functionName,
          logGroup: logGroup || defaultLogGroup(functionName),
        };
      }),
    },
  );
  journal.record({ type: 'policy', at: clock.timeOfDay(), policy });
}

/**
 * What is found by a pattern next time is allowed as well; and a policy has no room for the names of hundreds.
 * @param logGroup of this function; empty while it is not known
 */
function patternInPolicy(pattern: string, functionName: string, logGroup: string) {
  const isOwn = logGroup !== '' && logGroup !== defaultLogGroup(functionName);
  return {
    functionId: pattern,
    functionName: pattern,
    logGroup: isOwn ? logGroup : defaultLogGroup(pattern),
  };
}
