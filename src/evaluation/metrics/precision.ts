import type { MetricDefinition, RankedList } from './definition.ts'

export function hitsIn(list: RankedList, k: number): number {
  let hits = 0
  for (let r = 0; r < Math.min(k, list.hits.length); r++) hits += list.hits[r]!
  return hits
}

/** precision@k: hits in the first k, divided by k also where the list is shorter; where fewer count as recommended, of those. */
export const precision: MetricDefinition = {
  name: 'precision',
  kind: 'list',
  cutOff: true,
  words: 'share of the first k that is relevant, mean over lists',
  of: (list, k) => {
    const recommended = Math.min(k, list.recommended ?? k)
    return recommended === 0 ? null : hitsIn(list, recommended) / recommended
  },
}
