import type { Counts } from './evidence.ts';

/** The 97.5 % point of the normal distribution: two tails of 2.5 % leave 95 %. */
export const Z = 1.959964;

/**
 * The 95 % interval of the rate that bad ones among all were drawn with. For people to see how much a rate is
 * worth; nothing is decided by it.
 * Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (JASA 22, 1927).
 */
export function rateInterval({ total, bad }: Counts): {
  readonly low: number;
  readonly high: number;
} {
  if (total === 0) return { low: 0, high: 1 };
  const rate = bad / total;
  const squared = (Z * Z) / total;
  const center = (rate + squared / 2) / (1 + squared);
  const half = (Z / (1 + squared)) * Math.sqrt((rate * (1 - rate)) / total + squared / (4 * total));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}
