import type { HistoryEvent } from '../../simulator/states/history.ts';
import type { Ended, Engine, EngineWorld } from './execution.ts';

/** Executions by the simulated Step Functions. */
export function simulatedEngine({ simulator, next, passTo }: EngineWorld): Engine {
  const { executions } = simulator;
  let stopWhen = () => false;
  executions.onEvent((_, { arn, status }) => {
    if (status === 'RUNNING' && stopWhen()) executions.stop(arn);
  });
  return {
    async execute(definition, input, stop) {
      stopWhen = stop;
      const machine = executions.createStateMachine({ name: 'lambda-canary', definition });
      const execution = executions.start(machine.arn, { input: JSON.stringify(input) });
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (execution.status !== 'RUNNING') break;
        const moment = next();
        if (moment === undefined) throw new Error('the execution waits for what will never happen');
        passTo(moment);
      }
      const { status, error = null, cause = null, output, events } = execution;
      return {
        status,
        error,
        cause,
        output: output === undefined ? null : (JSON.parse(output) as unknown),
        events: events.length,
        course: events.map((event) => [event.type, ...stateOf(event)].join(' ')),
        states: events.flatMap(stateOf),
      } satisfies Ended;
    },
    close: () => Promise.resolve(),
  };
}

/** The state that was entered, if one was. */
function stateOf({ details }: HistoryEvent): readonly string[] {
  const entered = details['stateEnteredEventDetails'] as { readonly name: string } | undefined;
  return entered === undefined ? [] : [entered.name];
}
