/** The smallest number that at least the share `p` of all is not above (nearest rank); undefined when there are none. */
export function percentile(numbers: readonly number[], p: number): number | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)];
}
