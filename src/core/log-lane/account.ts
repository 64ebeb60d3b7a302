import { NOTHING_STAKED, type Standing } from '../statistics/betting.ts';
import { afterWindow, type FailureRule } from '../statistics/failure-evidence.ts';
import { LONGEST_REQUEST_MS, type Failure } from './failures.ts';
import { windowBegin, windowsOf, type Windowing } from './windows.ts';

/**
 * All that is needed of the failures since the first weight, whatever their number. They are entered in order of time, each
 * once, and windows as wholes; so what is made of all of them at once, and bit by bit, is the same to the last bit.
 */
export interface FailureAccount {
  readonly standing: Standing;
  readonly baseline: number;
  readonly canary: number;
  /** When the canary failed first; epoch milliseconds by AWS, undefined when it did not. */
  readonly firstOfCanary: number | undefined;
  /** Failures before this were entered. */
  readonly enteredTo: number;
  /** End of the last window: requests since then count in the next one. */
  readonly countedTo: number | undefined;
}

export const NO_FAILURES: FailureAccount = {
  standing: NOTHING_STAKED,
  baseline: 0,
  canary: 0,
  firstOfCanary: undefined,
  enteredTo: -Infinity,
  countedTo: undefined,
};

export interface Entering extends Omit<Windowing, 'countedTo'> {
  readonly rule: FailureRule;
}

/** Enters what is old enough to be judged: for a look, as the last window may not be over. */
export function judgedAccount(
  account: FailureAccount,
  failures: readonly Failure[],
  entering: Entering,
): FailureAccount {
  const { weights, until } = entering;
  const begin = weights[0]?.since ?? Infinity;
  const counting = failures.filter(
    ({ at }) => at >= Math.max(begin, account.enteredTo) && at <= until,
  );
  const windows = windowsOf(counting, { ...entering, countedTo: account.countedTo });
  const ofCanary = counting.filter(({ side }) => side === 'canary');
  const first = ofCanary.reduce((least, { at }) => Math.min(least, at), Infinity);
  return {
    standing: windows.reduce(
      (standing, window) => afterWindow(standing, window, entering.rule),
      account.standing,
    ),
    baseline: account.baseline + counting.length - ofCanary.length,
    canary: account.canary + ofCanary.length,
    firstOfCanary: account.firstOfCanary ?? (first === Infinity ? undefined : first),
    enteredTo: account.enteredTo,
    countedTo: windows.at(-1)?.end ?? account.countedTo,
  };
}

/**
 * Enters for good what cannot change any more: the windows that are over so long before that no line which is still to be read
 * can be of a request in them. What was known of the traffic then stays with them.
 * @param settledTo no line older than this will be read any more; epoch milliseconds by AWS
 */
export function closedAccount(
  account: FailureAccount,
  failures: readonly Failure[],
  { settledTo, ...entering }: Omit<Entering, 'until'> & { readonly settledTo: number },
): FailureAccount {
  const to = windowBegin(settledTo - LONGEST_REQUEST_MS, entering.weights);
  if (to === undefined || to <= account.enteredTo) return account;
  const over = failures.filter(({ at }) => at < to);
  return { ...judgedAccount(account, over, { ...entering, until: to }), enteredTo: to };
}
