import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { topK } from '../top-k.ts'
import type { TrainedItems } from './examples.ts'
import type { NcfSettings } from './hyperparameters.ts'
import type { NcfRuntime } from './runtime.ts'

const cutOff = 10
/** Most scores at a time. */
const scoreBlock = 4 * 1024 * 1024

/** A validation metric of the weights as they are, lower is better. */
export type Validate = (runtime: NcfRuntime) => Promise<number>

/**
 * What the settings say: 1 - ndcg@10 of full ranking (binary relevance; users with training and validation positives;
 * candidates are the items of the training ratings less those that the user has rated there), or the mean
 * cross-entropy of the validation positives and of negatives drawn once for them. Null where nothing can be measured.
 */
export function validationOf(
  train: Interactions,
  validation: Interactions,
  items: TrainedItems,
  settings: NcfSettings,
): Validate | null {
  const positives = positivesByUser(train, validation, items, settings.threshold)
  if (positives.size === 0) return null
  return settings.stopping === 'ndcg'
    ? (runtime) => lossOfRanking(runtime, train, items, positives)
    : crossEntropyOf(train, items, positives, settings.negatives)
}

/** Item rows by user; unknown users and items, and what was rated in training, are left out. */
function positivesByUser(
  train: Interactions,
  validation: Interactions,
  { rowOf }: TrainedItems,
  threshold: number | null,
): Map<number, Set<number>> {
  const { offsets } = train.byUser()
  const positives = new Map<number, Set<number>>()
  for (let n = 0; n < validation.count; n++) {
    const [user, row] = [validation.user[n]!, rowOf[validation.item[n]!]!]
    if (row < 0 || offsets[user + 1] === offsets[user]) continue
    if (threshold !== null && validation.rating[n]! < threshold) continue
    const rows = positives.get(user)
    if (rows) rows.add(row)
    else positives.set(user, new Set([row]))
  }
  for (const [user, rows] of positives) {
    for (const row of ratedRows(train, rowOf, user)) rows.delete(row)
    if (rows.size === 0) positives.delete(user)
  }
  return positives
}

function ratedRows(train: Interactions, rowOf: Int32Array, user: number): Int32Array {
  const { offsets, indices } = train.byUser()
  return indices.subarray(offsets[user]!, offsets[user + 1]!).map((item) => rowOf[item]!)
}

async function lossOfRanking(
  runtime: NcfRuntime,
  train: Interactions,
  { rowOf, items }: TrainedItems,
  positives: Map<number, Set<number>>,
): Promise<number> {
  const users = Int32Array.from(positives.keys()).sort()
  const width = items.length
  const step = Math.max(1, Math.floor(scoreBlock / width))
  let sum = 0
  for (let from = 0; from < users.length; from += step) {
    const some = users.subarray(from, from + step)
    const scores = await runtime.score(runtime.userRows(some), some.length, width)
    for (let n = 0; n < some.length; n++) {
      const own = scores.subarray(n * width, (n + 1) * width)
      // A diverged model is told by its metric, not by an error amid the ranking.
      if (own.some(Number.isNaN)) return Number.NaN
      for (const row of ratedRows(train, rowOf, some[n]!)) own[row] = Number.NEGATIVE_INFINITY
      sum += ndcg(topK(own, cutOff), positives.get(some[n]!)!)
    }
  }
  return 1 - sum / users.length
}

/** DCG of the hits over that of the best list (Järvelin and Kekäläinen 2002, binary gain). */
function ndcg(best: Int32Array, relevant: ReadonlySet<number>): number {
  let gained = 0
  let ideal = 0
  for (let r = 0; r < cutOff; r++) {
    if (r < best.length && relevant.has(best[r]!)) gained += 1 / Math.log2(r + 2)
    if (r < relevant.size) ideal += 1 / Math.log2(r + 2)
  }
  return gained / ideal
}

function crossEntropyOf(
  train: Interactions,
  { rowOf, items }: TrainedItems,
  positives: Map<number, Set<number>>,
  per: number,
): Validate {
  // Always the same negatives: a metric that also changes by the draw would stop training by chance.
  const random = new Random(1)
  const user: number[] = []
  const item: number[] = []
  const label: number[] = []
  for (const [who, rows] of positives) {
    const rated = new Set([...ratedRows(train, rowOf, who), ...rows])
    for (const row of rows) {
      user.push(who)
      item.push(row)
      label.push(1)
      for (let t = 0; t < per && rated.size < items.length; t++) {
        let drawn = random.int(items.length)
        while (rated.has(drawn)) drawn = random.int(items.length)
        user.push(who)
        item.push(drawn)
        label.push(0)
      }
    }
  }
  const pairs = [Int32Array.from(user), Int32Array.from(item)] as const
  return async (runtime) => {
    const logits = await runtime.logits(...pairs)
    let sum = 0
    for (let n = 0; n < logits.length; n++) {
      const z = label[n] === 1 ? -logits[n]! : logits[n]!
      sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
    }
    return sum / logits.length
  }
}
