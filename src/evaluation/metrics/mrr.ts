import type { MetricDefinition } from './definition.ts'

/** MRR@k: 1 / rank of the first relevant item, 0 where none stands in the first k. */
export const mrr: MetricDefinition = {
  name: 'mrr',
  kind: 'list',
  cutOff: true,
  words: 'one over the rank of the first relevant item, 0 where none is in the first k, mean over lists',
  of: (list, k) => {
    if (list.relevant === 0) return null
    const first = list.hits.subarray(0, k).indexOf(1)
    return first < 0 ? 0 : 1 / (first + 1)
  },
}
