import type { MetricDefinition } from './definition.ts'
import { hitsIn } from './precision.ts'

/** recall@k: hits in the first k, divided by the number of relevant items (not by the smaller of it and k). */
export const recall: MetricDefinition = {
  name: 'recall',
  kind: 'list',
  cutOff: true,
  words: 'share of all relevant items that stands in the first k, mean over lists',
  of: (list, k) => (list.relevant === 0 ? null : hitsIn(list, Math.min(k, list.recommended ?? k)) / list.relevant),
}
