import { throwIfAborted } from '../../core/errors.ts'
import { topK } from '../../models/top-k.ts'
import type { RatedProtocol } from '../types.ts'
import { noCounts, type RankingCounts, type RankingTask } from './ranked-case.ts'
import { ListMaker } from './truth.ts'

export function ratedWords({ threshold, recommended = 'at-threshold', empty = 'zero' }: RatedProtocol): string {
  const which = recommended === 'first-k' ? 'the first k' : `predicted rating >= ${threshold}, among the first k`
  const counted = { zero: 'counts 0', one: 'counts 1', 'leave-out': 'is left out' }[empty]
  return (
    "rated candidates only: every user's test items ranked by predicted rating, ties by item index; " +
    `relevant: true rating >= ${threshold}; recommended: ${which}; ` +
    `a user with nothing recommended (precision) or nothing relevant ${counted}; not comparable with full ranking`
  )
}

/** Ranks every user's own test items by the predictions of the part's rows; see RatedProtocol. */
export function rankRated(protocol: RatedProtocol, predictions: Float32Array, task: RankingTask): RankingCounts {
  const { ground, depth, visit } = task
  const { part } = ground
  const { offsets, indices, values, rows } = part.byUser()
  const counts = noCounts()
  const maker = new ListMaker(part.items.size)
  for (let user = 0; user < part.users.size; user++) {
    const from = offsets[user]!
    const to = offsets[user + 1]!
    if (from === to) continue
    throwIfAborted(task.signal, 'evaluation')
    const own = Float32Array.from(rows.subarray(from, to), (row) => predictions[row]!)
    const items = Array.from(indices.subarray(from, to))
    const ratings = Array.from(values.subarray(from, to))
    const relevant = ratings.map((rating) => rating >= protocol.threshold)
    // Positions ascend with item indices, so ties fall to the lower item index as everywhere.
    const best = topK(own, depth)
    const recommended =
      protocol.recommended === 'first-k'
        ? own.length
        : own.reduce((count, predicted) => count + (predicted >= protocol.threshold ? 1 : 0), 0)
    const ranked = best.map((position) => items[position]!)
    const list = maker.list(ranked, { items, ratings, relevant }, recommended)
    counts.positives += list.relevant
    counts.notRelevant += own.length - list.relevant
    counts.rankedPairs += own.length
    counts.lists++
    visit({
      user,
      row: null,
      list,
      scores: Float32Array.from(best, (position) => own[position]!),
      sides: () => ({
        positives: own.filter((_, position) => relevant[position]),
        negatives: own.filter((_, position) => !relevant[position]),
      }),
    })
  }
  counts.candidates = new Set(part.item).size
  return counts
}
