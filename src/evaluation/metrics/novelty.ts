import type { MetricDefinition } from './definition.ts'

/**
 * novelty@k (mean self-information, Zhou et al. 2010): the mean of -log2 p over the first k, in bits, p being the share of training
 * users who rated the item; an item without training rating counts as if half a user had.
 */
export const novelty: MetricDefinition = {
  name: 'novelty',
  kind: 'items',
  cutOff: true,
  words: 'mean of -log2 of the share of training users who rated the item, over the first k, in bits, mean over lists',
  of: (items, facts) => {
    const bits = (item: number) => -Math.log2(Math.max(facts.popularity[item]!, 0.5) / facts.trainUsers)
    return items.reduce((sum, item) => sum + bits(item), 0) / items.length
  },
}
