/** What one version did in one minute: how many requests it served, and how many of them were bad. */
export interface Counts {
  readonly total: number;
  readonly bad: number;
}

/** A minute in which both versions served requests side by side. */
export interface Minute {
  readonly baseline: Counts;
  readonly canary: Counts;
}

/** What the canary is allowed, and how sure one must be that it does worse. */
export interface Rule {
  /** At most this share of canaries that keep within the tolerance is reverted, however often one looks. */
  readonly alpha: number;
  /** The canary may fail this many times as often as the baseline … */
  readonly ratio: number;
  /** … and this share of its requests on top of that. */
  readonly margin: number;
  /** The canary is not reverted while the share of its requests that failed is below this. */
  readonly floor: number;
  /** A minute with fewer canary failures cannot decide alone; 0 lets every minute. */
  readonly confirm: number;
  /** Failures come in independent runs of up to this many; 1 when each comes alone. */
  readonly burst: number;
}

export const STANDARD_RULE: Rule = {
  alpha: 0.01,
  ratio: 1,
  margin: 0,
  floor: 0.001,
  confirm: 10,
  burst: 1,
};

/** The canary fails this many times as often as is tolerated: one bet on each, of equal stakes. */
export const BETS = [1.5, 2, 3, 5, 10, 30, 100, 1000] as const;

export interface Judgement {
  /** Natural logarithm of the evidence against the canary, after each minute. */
  readonly logE: readonly number[];
  /** Index of the first minute after which the rule reverts. It stays, whatever comes later. */
  readonly revertAt: number | null;
  /** Valid at any time, however often it is looked at; 1 when there is no evidence. */
  readonly pValue: number;
}

/**
 * Judges the canary by the settled minutes of a rollout: all of them, from the first weight on, over every
 * change of weight. It keeps no state, so minutes that were corrected later are simply judged again.
 *
 * Null hypothesis: in every minute p_c ≤ ratio · p_b + margin, where the failure rates p_b of the baseline and
 * p_c of the canary may change from minute to minute in any way. For the bet that the canary fails λ times
 * as often as that allows, a minute with n_b, e_b requests and failures of the baseline and n_c, e_c of the
 * canary multiplies the stake by e_t:
 *
 *     π = ratio · n_c / (ratio · n_c + n_b)      D = 1 + π (λ − 1)
 *     ln e_t(λ) = e_c ln λ − (e_c + e_b) ln D − margin · n_c (λ − 1)(1 − π) / D
 *     E_t = mean over λ of Π_{s ≤ t} e_s(λ)^(1 / burst)
 *
 * Under the null each factor has a mean of at most 1 given the past, so E is a supermartingale, and Ville's
 * inequality gives P(E_t ≥ 1/alpha for any t) ≤ alpha: exact for all counts, with no assumption on traffic,
 * weights or when anybody looks. It rests on the alias choosing the version of each request independently of
 * the request. `confirm` and `floor` only ever make a revert rarer.
 *
 * Sources: Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS 2022,
 * arXiv:2011.03567); Turner, Ly & Grünwald, "Generic E-variables for exact sequential k-sample tests"
 * (JSPI 230, 2024, arXiv:2106.02693); Wald, "Sequential Tests of Statistical Hypotheses" (1945).
 */
export function judge(minutes: readonly Minute[], rule: Rule = STANDARD_RULE): Judgement {
  const stakes = minutes.map((minute) => stakesOf(minute, rule));
  const enough = -Math.log(rule.alpha);
  const logE: number[] = [];
  let revertAt: number | null = null;
  let wealth: readonly number[] = BETS.map(() => 0);
  let canary: Counts = { total: 0, bad: 0 };

  const isConfirmed = (upTo: number) =>
    stakes
      .slice(0, upTo + 1)
      .every(
        (stake, index) =>
          clamped(minutes[index]?.canary).bad >= rule.confirm ||
          logMean(wealth.map((each, bet) => each - (stake[bet] ?? 0))) >= enough,
      );

  for (const [index, stake] of stakes.entries()) {
    wealth = wealth.map((each, bet) => each + (stake[bet] ?? 0));
    const counts = clamped(minutes[index]?.canary);
    canary = { total: canary.total + counts.total, bad: canary.bad + counts.bad };
    const evidence = logMean(wealth);
    logE.push(evidence);
    if (
      revertAt === null &&
      evidence >= enough &&
      canary.bad >= rule.floor * canary.total &&
      isConfirmed(index)
    ) {
      revertAt = index;
    }
  }
  return { logE, revertAt, pValue: Math.exp(-Math.max(0, ...logE)) };
}

/** No minute of any function has as many requests. */
const MOST_FAILURES = 2 ** 40;

/**
 * How many more requests of the canary, all in the last minute and all failed, would make the rule revert; 0
 * when it does so already, null when no number of them would, as in a minute that the baseline did not serve.
 */
export function failuresToRevert(
  minutes: readonly Minute[],
  rule: Rule = STANDARD_RULE,
): number | null {
  const last = minutes.at(-1);
  if (last === undefined || last.baseline.total === 0 || last.canary.total === 0) {
    return revertsWith(0) ? 0 : null;
  }

  function revertsWith(more: number): boolean {
    return judge(withFailures(minutes, more), rule).revertAt !== null;
  }

  let reverting = 1;
  if (revertsWith(0)) return 0;
  while (!revertsWith(reverting)) {
    reverting *= 2;
    if (reverting > MOST_FAILURES) return null;
  }
  let passing = Math.floor(reverting / 2);
  while (reverting - passing > 1) {
    const middle = Math.floor((passing + reverting) / 2);
    if (revertsWith(middle)) reverting = middle;
    else passing = middle;
  }
  return reverting;
}

function withFailures(minutes: readonly Minute[], more: number): readonly Minute[] {
  const last = minutes.at(-1);
  if (last === undefined) return minutes;
  const { total, bad } = clamped(last.canary);
  const canary = { total: total + more, bad: bad + more };
  return [...minutes.slice(0, -1), { ...last, canary }];
}

/** By how much the minute changes the logarithm of each bet's stake. */
function stakesOf(minute: Minute, { ratio, margin, burst }: Rule): readonly number[] {
  const baseline = clamped(minute.baseline);
  const canary = clamped(minute.canary);
  // Nothing to compare with: such a minute says nothing.
  if (baseline.total === 0 || canary.total === 0) return BETS.map(() => 0);
  const share = (ratio * canary.total) / (ratio * canary.total + baseline.total);
  return BETS.map((bet) => {
    const spread = 1 + share * (bet - 1);
    const won = canary.bad * Math.log(bet) - (canary.bad + baseline.bad) * Math.log(spread);
    const tolerated = (margin * canary.total * (bet - 1) * (1 - share)) / spread;
    return (won - tolerated) / burst;
  });
}

/** Failures that arrive before their requests would read as proof. */
function clamped({ total, bad }: Counts = { total: 0, bad: 0 }): Counts {
  return { total, bad: Math.min(bad, total) };
}

/** Logarithm of the mean of the exponentials, however large those are. */
export function logMean(logs: readonly number[]): number {
  const greatest = Math.max(...logs);
  const sum = logs.reduce((total, each) => total + Math.exp(each - greatest), 0);
  return greatest + Math.log(sum / logs.length);
}
