import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import { arenaBytes, createArena } from '../../engine/memory/arena.ts'
import { createNegativeSampler, negativeSamplerBytes } from '../../sampling/negatives.ts'
import type { NcfSettings } from './hyperparameters.ts'

/**
 * The items of the training ratings, numbered without gaps: negatives are drawn from these, as the evaluation ranks
 * these. `rowOf[item]` is -1 for an item without a training rating.
 */
export interface TrainedItems {
  readonly items: Int32Array
  readonly rowOf: Int32Array
}

export function trainedItems(train: Interactions): TrainedItems {
  const { offsets } = train.byItem()
  const rowOf = new Int32Array(train.items.size).fill(-1)
  const items: number[] = []
  for (let item = 0; item < rowOf.length; item++) {
    if (offsets[item + 1]! > offsets[item]!) rowOf[item] = items.push(item) - 1
  }
  return { items: Int32Array.from(items), rowOf }
}

/** The examples of an epoch: positives first, then each positive's negatives, then dislikes that count as negatives. */
export interface Examples {
  readonly count: number
  /** Positives: examples below this have the label 1. */
  readonly positives: number
  /** Draws the epoch's negatives: the same seed and epoch, the same negatives. */
  draw(epoch: number): void
  /** Writes users, item rows and labels of the examples `chosen`. */
  fill(chosen: Int32Array, users: Int32Array, items: Int32Array, labels: Float32Array): void
}

/**
 * Binary feedback of the training ratings (He et al. 2017, section 2.1). Where a user has rated every item there is no
 * negative, and the positive stands in its place once more. Throws `no-ratings` where no rating reaches the threshold.
 */
export async function createExamples(
  train: Interactions,
  { rowOf, items }: TrainedItems,
  settings: Pick<NcfSettings, 'threshold' | 'dislikes' | 'negatives' | 'sampling' | 'samplingAlpha'>,
  seed: number,
): Promise<Examples> {
  const { threshold, dislikes, negatives: per, sampling, samplingAlpha } = settings
  const likes: number[] = []
  const others: number[] = []
  for (let row = 0; row < train.count; row++) {
    if (threshold === null || train.rating[row]! >= threshold) likes.push(row)
    else if (dislikes === 'negative') others.push(row)
  }
  if (likes.length === 0) {
    throw new MarqueeError('no-ratings', `no rating reaches the threshold of ${threshold}`, {
      remedy: 'Lower the threshold.',
    })
  }
  const n = likes.length
  const drawn = n * per
  const count = n + drawn + others.length
  const users = train.users.size
  const arena = await createArena({
    bytes:
      negativeSamplerBytes(users, items.length, train.count) + arenaBytes({ int32: [n, n + drawn + others.length] }),
  })
  const drawable = (rating: number): boolean => dislikes === 'negative' && threshold !== null && rating < threshold
  const known = knownItems(train, rowOf, items.length, drawable)
  const distribution =
    sampling === 'uniform' ? ({ kind: 'uniform' } as const) : ({ kind: sampling, alpha: samplingAlpha } as const)
  const sampler = createNegativeSampler(arena, known, distribution, seed)
  const user = arena.int32(n)
  const item = arena.int32(count)
  const disliking = Int32Array.from(others, (row) => train.user[row]!)
  likes.forEach((row, p) => {
    user[p] = train.user[row]!
    item[p] = rowOf[train.item[row]!]!
  })
  others.forEach((row, d) => {
    item[n + drawn + d] = rowOf[train.item[row]!]!
  })
  const draws = item.subarray(n, n + drawn)
  return {
    count,
    positives: n,
    draw: (epoch) => void sampler.sample(epoch, 0, user, n, per, draws),
    fill(chosen, toUsers, toItems, toLabels) {
      for (let b = 0; b < chosen.length; b++) {
        const e = chosen[b]!
        const p = e < n ? e : ((e - n) / per) | 0
        toUsers[b] = p < n ? user[p]! : disliking[e - n - drawn]!
        const row = item[e]!
        toItems[b] = row < 0 ? item[p]! : row
        toLabels[b] = e < n || row < 0 ? 1 : 0
      }
    },
  }
}

/** What a user has rated, as item rows, less what may be drawn as a negative for all that. */
function knownItems(
  train: Interactions,
  rowOf: Int32Array,
  items: number,
  drawable: (rating: number) => boolean,
): { offsets: Int32Array; positives: Int32Array; items: number } {
  const { offsets, indices, values } = train.byUser()
  const positives = new Int32Array(indices.length)
  const starts = new Int32Array(offsets.length)
  let n = 0
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      // A pair that was rated twice stands twice in the ratings.
      if (at > offsets[user]! && indices[at] === indices[at - 1]) continue
      if (!drawable(values[at]!)) positives[n++] = rowOf[indices[at]!]!
    }
    starts[user + 1] = n
  }
  return { offsets: starts, positives: positives.subarray(0, n), items }
}
