import type { MetricDefinition } from './definition.ts'

/** Area under the ROC curve: the share of (relevant, other) pairs in the right order, a tie counting half. */
export const auc: MetricDefinition = {
  name: 'auc',
  kind: 'ranking',
  cutOff: false,
  words:
    'share of pairs of a relevant and another candidate whose scores are in the right order, ties half, mean over lists',
  of: areaUnderCurve,
}

/** In time proportional to negatives x log(positives); null where either side is empty. */
export function areaUnderCurve(positives: Float32Array, negatives: Float32Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null
  const sorted = positives.slice().sort()
  let right = 0
  for (const score of negatives) {
    const notBelow = bound(sorted, score, false)
    const above = bound(sorted, score, true)
    right += sorted.length - above + (above - notBelow) / 2
  }
  return right / (positives.length * negatives.length)
}

/** The first position whose value is >= score, or with `beyond` > score. */
function bound(sorted: Float32Array, score: number, beyond: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const value = sorted[middle]!
    if (value < score || (beyond && value === score)) low = middle + 1
    else high = middle
  }
  return low
}
