import type { Executions, Why } from './executions.ts';

/**
 * Somebody stops executions right after the event of this number, counted from 1. After `TaskStarted` the request of a task has left
 * already and takes effect; after `TaskScheduled` it has not, and never will.
 * @param isMeant by the name of the execution; all when left out
 * @returns a function that leaves them running
 */
export function stopAfter(
  executions: Executions,
  event: number,
  { isMeant = () => true, ...why }: Why & { readonly isMeant?: (name: string) => boolean } = {},
): () => void {
  let stops = true;
  executions.onEvent(({ id }, { arn, name, status }) => {
    if (stops && id === event && status === 'RUNNING' && isMeant(name)) executions.stop(arn, why);
  });
  return () => {
    stops = false;
  };
}
