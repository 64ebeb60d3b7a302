import {
  add,
  evaluationFailure,
  field,
  inner,
  withinLimit,
  type Branch,
  type Entered,
} from './branch.ts';
import { Halted } from './failure.ts';
import type { Json } from './json.ts';
import type { MapState, ParallelState, Program } from './machine.ts';

/** Runs the states of a branch or an iteration to their end. */
type Run = (branch: Branch, program: Program, input: Json) => Promise<Json>;

/** All branches, at once. @returns their outputs @throws StateFailure of the first that failed; the others are halted */
export async function runParallel(
  branch: Branch,
  entered: Entered,
  state: ParallelState,
  run: Run,
): Promise<Json> {
  const input =
    state.Arguments === undefined
      ? entered.input
      : await field(branch, entered, 'Arguments', state.Arguments);
  add(branch, 'ParallelStateStarted');
  const result = await together(branch, state.Branches, (program, signal) =>
    run(inner(branch, signal), program, input),
  );
  withinLimit(entered.name, result);
  add(branch, 'ParallelStateSucceeded');
  return result;
}

/** An iteration for each item, at once. @returns their outputs @throws StateFailure of the first that failed; the others are halted */
export async function runMap(
  branch: Branch,
  entered: Entered,
  state: MapState,
  run: Run,
): Promise<Json> {
  const items =
    state.Items === undefined ? entered.input : await field(branch, entered, 'Items', state.Items);
  if (!Array.isArray(items)) {
    const what = `Map state input must be an array but was: ${items === null ? 'null' : typeof items}`;
    throw evaluationFailure(branch, entered, 'Items', what);
  }
  const all = items as readonly Json[];
  add(branch, 'MapStateStarted', { mapStateStartedEventDetails: { length: all.length } });
  const running = new Set<number>();
  const iteration = (index: number, what: string) => ({
    [`mapIteration${what}EventDetails`]: { name: entered.name, index },
  });
  try {
    const result = await together(branch, all, async (item, signal, index) => {
      const context = { ...branch.context, Map: { Item: { Index: index, Value: item } } };
      const own = inner(branch, signal, context);
      running.add(index);
      add(own, 'MapIterationStarted', iteration(index, 'Started'));
      try {
        const output = await run(own, state.ItemProcessor, await selected(own, state, item));
        running.delete(index);
        add(own, 'MapIterationSucceeded', iteration(index, 'Succeeded'));
        return output;
      } catch (failure) {
        if (failure instanceof Halted) throw failure;
        running.delete(index);
        add(own, 'MapIterationFailed', iteration(index, 'Failed'));
        throw failure;
      }
    });
    withinLimit(entered.name, result);
    add(branch, 'MapStateSucceeded');
    return result;
  } catch (failure) {
    if (failure instanceof Halted) throw failure;
    for (const index of running) add(branch, 'MapIterationAborted', iteration(index, 'Aborted'));
    throw failure;
  }

  function selected(own: Branch, { ItemSelector }: MapState, item: Json): Json | Promise<Json> {
    return ItemSelector === undefined ? item : field(own, entered, 'ItemSelector', ItemSelector);
  }
}

/** What is begun together ends together: where one fails, none goes on. */
async function together<Each>(
  branch: Branch,
  all: readonly Each[],
  run: (each: Each, signal: AbortSignal, index: number) => Promise<Json>,
): Promise<readonly Json[]> {
  const controller = new AbortController();
  const halt = () => {
    controller.abort();
  };
  branch.signal.addEventListener('abort', halt, { once: true });
  try {
    return await Promise.all(all.map((each, index) => run(each, controller.signal, index)));
  } catch (failure) {
    controller.abort();
    throw failure;
  } finally {
    branch.signal.removeEventListener('abort', halt);
  }
}
