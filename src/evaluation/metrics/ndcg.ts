import type { MetricDefinition, RankedList } from './definition.ts'

const discount = (rank: number): number => 1 / Math.log2(1 + rank)

/** NDCG@k with binary gain: the ideal list has the relevant items, k at most, at its head. */
export const ndcg: MetricDefinition = {
  name: 'ndcg',
  kind: 'list',
  cutOff: true,
  words:
    'discounted gain 1/log2(1 + rank) of the relevant items in the first k over that of the ideal list, mean over lists',
  of: (list, k) => {
    let gained = 0
    let ideal = 0
    for (let r = 0; r < Math.min(k, list.hits.length); r++) if (list.hits[r]) gained += discount(r + 1)
    for (let r = 0; r < Math.min(k, list.relevant); r++) ideal += discount(r + 1)
    return ideal === 0 ? null : gained / ideal
  },
}

/** NDCG@k with graded gain: every test rating counts by its value, relevant or not. */
function graded(list: RankedList, k: number, gain: (rating: number) => number): number | null {
  let gained = 0
  let ideal = 0
  for (let r = 0; r < Math.min(k, list.ratings.length); r++) {
    if (list.ratings[r]! !== 0) gained += gain(list.ratings[r]!) * discount(r + 1)
  }
  for (let r = 0; r < Math.min(k, list.idealRatings.length); r++) ideal += gain(list.idealRatings[r]!) * discount(r + 1)
  return ideal === 0 ? null : gained / ideal
}

/** Graded NDCG@k, gain = rating. */
export const ndcgLinear: MetricDefinition = {
  name: 'ndcg-linear',
  kind: 'list',
  cutOff: true,
  words: 'as ndcg, with the true rating as gain, over the best order of all test ratings',
  of: (list, k) => graded(list, k, (rating) => rating),
}

/** Graded NDCG@k, gain = 2^rating - 1. */
export const ndcgExponential: MetricDefinition = {
  name: 'ndcg-exp',
  kind: 'list',
  cutOff: true,
  words: 'as ndcg, with 2^rating - 1 as gain, over the best order of all test ratings',
  of: (list, k) => graded(list, k, (rating) => 2 ** rating - 1),
}
