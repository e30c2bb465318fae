import type { MetricDefinition } from './definition.ts'

/** Gini index@k of how often candidate items are recommended: 0 where all equally often, near 1 where few get everything. */
export const gini: MetricDefinition = {
  name: 'gini',
  kind: 'exposure',
  cutOff: true,
  words: 'Gini index of how often each candidate item stands in the first k, items never there included: 0 is even',
  of: (exposure, facts) => giniIndex(exposure, facts.candidates),
}

/** Of `candidates` counts, those not among the positive ones being 0: sum over ascending counts of (2i - n - 1) x / (n sum). */
export function giniIndex(counts: Int32Array, candidates: number): number {
  const positive = counts.filter((count) => count > 0).sort()
  let weighted = 0
  let sum = 0
  for (let i = 0; i < positive.length; i++) {
    const position = candidates - positive.length + i + 1
    weighted += (2 * position - candidates - 1) * positive[i]!
    sum += positive[i]!
  }
  return sum === 0 ? 0 : weighted / (candidates * sum)
}
