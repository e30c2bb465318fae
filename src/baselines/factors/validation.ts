import type { Interactions } from '../../data/interactions.ts'
import { topK } from '../../models/top-k.ts'

const depth = 10

/**
 * 1 - NDCG@10 over users with validation positives, training items left out: lower is better. For choosing the epoch of a
 * model of implicit feedback; the evaluation proper is in src/evaluation.
 */
export async function rankingLoss(
  train: Interactions,
  validation: Interactions,
  weightOf: (rating: number) => number,
  scoreUser: (user: number) => Promise<Float32Array>,
): Promise<number> {
  const seen = train.byUser()
  const held = validation.byUser()
  let sum = 0
  let users = 0
  for (let user = 0; user < train.users.size; user++) {
    const wanted = new Set<number>()
    for (let at = held.offsets[user]!; at < held.offsets[user + 1]!; at++) {
      if (weightOf(held.values[at]!) > 0) wanted.add(held.indices[at]!)
    }
    if (wanted.size === 0) continue
    const known = new Set(seen.indices.subarray(seen.offsets[user]!, seen.offsets[user + 1]!))
    const ranked = topK(await scoreUser(user), depth, (item) => !known.has(item))
    let gain = 0
    let ideal = 0
    for (let r = 0; r < ranked.length; r++) if (wanted.has(ranked[r]!)) gain += 1 / Math.log2(r + 2)
    for (let r = 0; r < Math.min(depth, wanted.size); r++) ideal += 1 / Math.log2(r + 2)
    sum += gain / ideal
    users++
  }
  return users === 0 ? 1 : 1 - sum / users
}
