import type { MetricDefinition } from './definition.ts'
import { hitsIn } from './precision.ts'

/** hit@k (hit rate): 1 where a relevant item stands in the first k, else 0. */
export const hit: MetricDefinition = {
  name: 'hit',
  kind: 'list',
  cutOff: true,
  words: 'share of lists with a relevant item in the first k',
  of: (list, k) => (list.relevant === 0 ? null : hitsIn(list, k) > 0 ? 1 : 0),
}
