/** `12.5 %`; no more than two decimals. */
export function formatWeight(weight: number): string {
  return `${Number(weight.toFixed(2))} %`;
}
