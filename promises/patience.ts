import { awake, historyOf, servesAlone, stableOf, statesOf, type Violation } from './history.ts';
import type { Played, Told } from './stage.ts';

const MINUTE_MS = 60_000;
/** For Lambda to move provisioned concurrency, as the action says itself when it begins to wait. */
const MOVE_MS = 15 * MINUTE_MS;
/** What GitHub leaves of a post step. */
const POST_MS = 4 * MINUTE_MS;
/** For an alias that cannot be read. */
const READ_MS = 2 * MINUTE_MS;
/** Between two looks at the alias while it waits, with the calls of both. */
const BETWEEN_LOOKS_MS = 45_000;

/** 4: what takes long, or ends as FAILED late, is waited for as long as is said, and what is said of it is so. */
export function patient(played: Played, told: Told): readonly Violation[] {
  return [...wayBack(played, told), ...promotion(played, told)];
}

function wayBack(played: Played, told: Told): readonly Violation[] {
  const { ending, endedAt } = told;
  const isWaited =
    ending?.reason.includes('still moving its provisioned concurrency back') === true;
  if (ending?.outcome !== 'revert-failed' || !isWaited) return [];
  const from =
    statesOf(told).find(({ state }) => state.phase === 'reverting')?.at ?? told.startedAt;
  const limitMs = told.process.startsWith('post') ? POST_MS : MOVE_MS;
  const isBack = told.config.requests.every(({ target }) => {
    const seen = historyOf(played, target).findLast(({ at }) => at <= endedAt - BETWEEN_LOOKS_MS);
    return (
      seen !== undefined && !seen.moving && servesAlone(seen, stableOf(told, seen.functionName))
    );
  });
  return [
    ...tooEarly(played, { from, to: endedAt, limitMs }, 'the way back of provisioned concurrency'),
    ...(isBack
      ? [{ promise: 4, what: 'says that Lambda still moves what was back long ago' }]
      : []),
  ];
}

function promotion(played: Played, told: Told): readonly Violation[] {
  const states = statesOf(told);
  return states.flatMap(({ at, state }, index) => {
    const before = states[index - 1];
    if (state.phase !== 'reverting' || before === undefined) return [];
    const stretch = { from: before.at, to: at };
    const { reason } = state;
    const failed = reason.includes('(status FAILED');
    const fails = played.scenario.happenings.some(({ what }) => what === 'provisioning fails');
    return [
      ...(reason.includes('has not moved the provisioned concurrency')
        ? tooEarly(played, { ...stretch, limitMs: MOVE_MS }, 'a move of provisioned concurrency')
        : []),
      ...(/lambda:GetAlias on .* failed: (ServiceException|TimeoutError)/.test(reason)
        ? tooEarly(played, { ...stretch, limitMs: READ_MS }, 'an alias that could not be read')
        : []),
      ...(failed && !fails
        ? [{ promise: 4, what: 'says FAILED of a move that did not fail' }]
        : []),
    ];
  });
}

function tooEarly(
  played: Played,
  { from, to, limitMs }: { readonly from: number; readonly to: number; readonly limitMs: number },
  what: string,
): readonly Violation[] {
  const ms = awake(played, to) - awake(played, from);
  // A pause of the process's own may end a little early where its clock and the time of day part.
  return ms >= limitMs - 1_000
    ? []
    : [{ promise: 4, what: `${what} was waited for ${Math.round(ms)} ms, not for ${limitMs} ms` }];
}
