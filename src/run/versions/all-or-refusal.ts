import { messageOf, Refusal } from '../../core/problems.ts';

/**
 * Does the same for each of them at once, and waits for all.
 * @throws {Refusal} with everything that went wrong with any of them
 */
export async function allOrRefusal<T, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const settled = await Promise.allSettled(items.map(act));
  // What waits in line is refused for the reason of what stood before it.
  const problems = new Set(
    settled.flatMap((result) => (result.status === 'fulfilled' ? [] : problemsIn(result.reason))),
  );
  if (problems.size > 0) throw new Refusal([...problems]);
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function problemsIn(reason: unknown): readonly string[] {
  if (reason instanceof Refusal) return reason.problems;
  return [messageOf(reason)];
}
