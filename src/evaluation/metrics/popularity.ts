import type { MetricDefinition } from './definition.ts'

/** popularity@k: the mean number of training ratings of the first k. */
export const popularity: MetricDefinition = {
  name: 'popularity',
  kind: 'items',
  cutOff: true,
  words: 'mean number of training ratings of the items in the first k, mean over lists',
  of: (items, facts) => items.reduce((sum, item) => sum + facts.popularity[item]!, 0) / items.length,
}
