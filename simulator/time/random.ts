// Taken out once: to look up a global is slow where modules run in a context of their own, as in Jest.
const { cos, exp, floor, imul, log, log1p, max, min, round, sqrt } = Math;

/** A seeded source of numbers in [0, 1): mulberry32. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of them, each as likely as the others. */
export function pick<T>(random: Random, from: readonly [T, ...T[]] | readonly T[]): T {
  return from[floor(random() * from.length)] as T;
}

/** Above this mean a normal approximation is good enough, and much faster. */
const LARGE_MEAN = 30;

/** How many of events that come with this mean. Knuth's product of uniforms, or normal when large. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > LARGE_MEAN) return max(0, round(mean + sqrt(mean) * normal(random)));
  const limit = exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

/** How many of `count` independent trials succeed. */
export function binomial(random: Random, count: number, probability: number): number {
  if (probability <= 0) return 0;
  if (probability >= 1) return count;
  const mean = count * probability;
  if (mean > LARGE_MEAN && count - mean > LARGE_MEAN) {
    const value = round(mean + sqrt(mean * (1 - probability)) * normal(random));
    return min(count, max(0, value));
  }
  // Jumps from one success to the next, which are few more often than not.
  const logOfFailure = log1p(-probability);
  let successes = -1;
  for (let trial = 0; trial <= count; successes++) {
    trial += floor(log(1 - random()) / logOfFailure) + 1;
  }
  return successes;
}

/** A number whose logarithm is normal: the median and the standard deviation of the logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  return median * exp(sigma * normal(random));
}

/** Box and Muller. */
function normal(random: Random): number {
  return sqrt(-2 * log(1 - random())) * cos(2 * Math.PI * random());
}
