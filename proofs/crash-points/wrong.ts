import type { ActionResult } from '../../simulator/runner.ts';
import { MODES, type Mode } from './points.ts';
import { DESCRIPTION, type Seen } from './world.ts';

export interface Aftermath {
  /** The alias as the job found it that was ended. */
  readonly found: Seen;
  /** The alias when all is over. */
  readonly left: Seen;
  readonly main: ActionResult;
  /** The post step, or the next run. */
  readonly second: ActionResult;
  /** The same job once more, where post left the rollout held. */
  readonly again: ActionResult | undefined;
}

export function wrongOfRollout(
  then: 'post' | 'next run',
  { left, main, second }: Aftermath,
): readonly string[] {
  const truth = left.serves;
  const said = main.outputs['outcome'];
  const nextSaid = second.outputs['outcome'];
  return [
    ...(truth === '1' || truth === '2' ? [] : [`the alias serves ${truth}`]),
    ...(then === 'next run' ? lie(nextSaid, truth) : lie(said, truth)),
    ...(then === 'next run' && nextSaid !== 'promoted' && nextSaid !== 'unchanged'
      ? [`the next run says ${nextSaid ?? 'nothing'}`]
      : []),
    // Only a rollout that ended by itself may leave the canary; post reverts everything else.
    ...(then === 'post' && truth === '2' && said !== 'promoted' ? ['nobody says promoted'] : []),
    ...(second.log.includes('Reverted') && then === 'post' && truth !== '1' ? ['post lies'] : []),
    ...(then === 'post' && second.exitCode !== 0 ? [`post fails: ${second.log}`] : []),
    ...(then === 'post' && left.description !== DESCRIPTION ? ['the mark stays on the alias'] : []),
  ];
}

/** Of one job of several. */
export function wrongOfJob(
  mode: Mode,
  then: 'post' | 'next run',
  aftermath: Aftermath,
): readonly string[] {
  const { left, second } = aftermath;
  return [
    ...(then === 'post' ? wrongAfterPost(mode, aftermath) : wrongAfterRevert(mode, aftermath)),
    ...(second.log.includes('Reverted') && left.serves !== '1'
      ? ['it is said to be reverted']
      : []),
    ...(left.serves === '1' && left.description !== DESCRIPTION
      ? ['the mark stays on the alias']
      : []),
  ];
}

/**
 * A job saves what it takes over before it writes. From then on post reverts it, as long as it has not come to its end;
 * before, the rollout is held as it was, and the same job can be run again.
 */
function wrongAfterPost(
  mode: Mode,
  { found, left, main, second, again }: Aftermath,
): readonly string[] {
  const { outcome, serves } = MODES[mode];
  const truth = left.serves;
  const said = main.outputs['outcome'];
  const hasSaved = (main.state['rollout'] ?? '') !== '';
  const isEnd = said === outcome && truth === serves;
  const isHeld = isAsFound(left, found) && !hasSaved;
  // Who was cancelled says what became of it, and has failed where nothing was to be put back yet.
  const isTrueOfCancelled =
    (said === 'reverted' && truth === '1') || (said === 'failed' && (truth === '1' || isHeld));
  return [
    ...(truth === '1' || isEnd || isHeld ? [] : [`the alias serves ${truth}`]),
    ...(said === undefined || isEnd || isTrueOfCancelled ? [] : [`says ${said}, serves ${truth}`]),
    ...(second.exitCode === 0 ? [] : [`post fails: ${second.log}`]),
    ...(again === undefined || again.outputs['outcome'] === outcome
      ? []
      : [`what is held cannot be gone on with: ${again.log}`]),
  ];
}

/** The next run is `mode: revert`. Of a promotion whose run has ended it says that there is nothing to revert. */
function wrongAfterRevert(mode: Mode, { left, second }: Aftermath): readonly string[] {
  const truth = left.serves;
  const said = second.outputs['outcome'];
  const saysNothing = said === 'failed' && second.log.includes('there is nothing to revert');
  const stands = mode === 'promote' && truth === '2' && saysNothing;
  return [
    ...(truth === '1' || stands ? [] : [`the alias serves ${truth}`]),
    ...(said === 'reverted' || saysNothing ? [] : [`the next run says ${said ?? 'nothing'}`]),
  ];
}

export function isAsFound(left: Seen, found: Seen): boolean {
  return left.serves === found.serves && left.description === found.description;
}

function lie(outcome: string | undefined, truth: string): readonly string[] {
  const wanted = { promoted: '2', unchanged: '2', reverted: '1', failed: '1' }[outcome ?? ''];
  return wanted === undefined || wanted === truth ? [] : [`says ${outcome ?? ''}, serves ${truth}`];
}
