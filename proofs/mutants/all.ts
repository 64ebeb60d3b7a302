import { AWS } from './aws.ts';
import { CHECKS } from './checks.ts';
import { OF_THE_CODE } from './code.ts';
import { OLD_VERSIONS } from './old-versions.ts';
import { OWNERSHIP } from './ownership.ts';
import { PREFLIGHT } from './preflight.ts';
import { PROCESS } from './process.ts';
import { ROLLOUT } from './rollout.ts';
import { TOLD } from './told.ts';
import { WRITES } from './writes.ts';
import { OF_THE_LOG_LANE } from './log-lane.ts';
import { OF_CALLS } from './calls.ts';
import { OF_THE_COMMANDS } from './commands.ts';
import { OF_THE_CLOCKS } from './clocks.ts';
import { OF_WATCHING } from './watching.ts';
import { OF_THE_GATE } from './gate.ts';
import { OF_THE_WAY_BACK } from './way-back.ts';
import { OF_TAKING_OVER } from './review.ts';
import { OF_FLAT_COST } from './flat.ts';
import { OF_THE_STATE_MACHINE } from './state-machine.ts';
import { OF_ACTS_ON_AWS } from './state-machine-acts.ts';
import { OF_FOLLOWERS } from './followers.ts';
import { OF_WHAT_IS_FOUND } from './found.ts';
import { OF_WAVES } from './waves.ts';
import type { Mutant } from './mutant.ts';

/** Each of these must be caught by a test or by the simulation. */
export const MUTANTS: readonly Mutant[] = [
  ...ROLLOUT,
  ...WRITES,
  ...OLD_VERSIONS,
  ...OF_THE_CODE,
  ...OWNERSHIP,
  ...CHECKS,
  ...PREFLIGHT,
  ...AWS,
  ...TOLD,
  ...PROCESS,
  ...OF_THE_WAY_BACK,
  ...OF_THE_GATE,
  ...OF_TAKING_OVER,
  ...OF_THE_CLOCKS,
  ...OF_CALLS,
  ...OF_WATCHING,
  ...OF_THE_LOG_LANE,
  ...OF_FLAT_COST,
  ...OF_THE_STATE_MACHINE,
  ...OF_ACTS_ON_AWS,
  ...OF_FOLLOWERS,
  ...OF_THE_COMMANDS,
  ...OF_WHAT_IS_FOUND,
  ...OF_WAVES,
];
