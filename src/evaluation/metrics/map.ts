import type { MetricDefinition, RankedList } from './definition.ts'

/** The sum over hits in the first k of (hits so far) / rank. */
function precisionsAtHits(list: RankedList, k: number): number {
  let hits = 0
  let sum = 0
  for (let r = 0; r < Math.min(k, list.hits.length); r++) {
    if (list.hits[r]) sum += ++hits / (r + 1)
  }
  return sum
}

/** MAP@k, profile `recommenders` (as Microsoft's library counts): divided by the number of relevant items. */
export const map: MetricDefinition = {
  name: 'map',
  kind: 'list',
  cutOff: true,
  words:
    'sum of the precisions at the hits in the first k over the number of relevant items, mean over lists (profile recommenders)',
  of: (list, k) => (list.relevant === 0 ? null : precisionsAtHits(list, k) / list.relevant),
}

/** MAP@k, profile `recbole`: divided by the number of relevant items or k, whichever is smaller. */
export const mapRecbole: MetricDefinition = {
  name: 'map-recbole',
  kind: 'list',
  cutOff: true,
  words:
    'sum of the precisions at the hits in the first k over the smaller of k and the number of relevant items, mean over lists (profile recbole)',
  of: (list, k) => (list.relevant === 0 ? null : precisionsAtHits(list, k) / Math.min(list.relevant, k)),
}
