import { throwIfAborted } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { WeightedDraws } from '../../core/weighted.ts'
import { type Ground, markSeen, notANumber, scoresOf } from '../ground.ts'
import type { SampledProtocol } from '../types.ts'
import { candidateMarks, collectTruths } from './full.ts'
import { noCounts, type RankedCase, type RankingCounts, type RankingTask, userBlocks } from './ranked-case.ts'

export function sampledWords(protocol: SampledProtocol): string {
  const { negatives = 99, by = 'uniform', seed = 1, threshold, given } = protocol
  const drawn = given
    ? 'its given negatives'
    : `${negatives} items the user has not rated, drawn ${by === 'uniform' ? 'uniformly' : 'by training popularity'} (seed ${seed})`
  const relevant = threshold === undefined ? 'test rating' : `test rating >= ${threshold}`
  return (
    `SAMPLED: every ${relevant} of a known user and item is ranked on its own against ${drawn}; ties count against it; ` +
    'means are over positives; such figures can reverse the order of systems and do not compare with full ranking'
  )
}

/** Ranks every positive against its sample; see SampledProtocol. */
export async function rankSampled(protocol: SampledProtocol, task: RankingTask): Promise<RankingCounts> {
  const { ground, visit } = task
  const { part } = ground
  const counts = noCounts()
  const width = part.items.size
  const { marks, candidates } = candidateMarks(ground, 'training')
  counts.candidates = candidates
  const truths = collectTruths(ground, protocol.threshold, marks, counts)
  const users = Int32Array.from(truths.keys())
  const draw = drawer(protocol, ground, marks)
  const { offsets, indices, values, rows } = part.byUser()
  let done = 0
  for (const block of userBlocks(users, width, task.blockBytes)) {
    throwIfAborted(task.signal, 'evaluation')
    const scores = await scoresOf(ground, block)
    for (let n = 0; n < block.length; n++) {
      const user = block[n]!
      const truth = truths.get(user)!
      const isPositive = new Set(truth.items.filter((_, t) => truth.relevant[t]))
      const own = scores.subarray(n * width, (n + 1) * width)
      for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
        const item = indices[at]!
        if (!isPositive.has(item)) continue
        const negatives = draw(user, rows[at]!).filter((other) => other !== item)
        for (const any of [item, ...negatives]) if (Number.isNaN(own[any]!)) throw notANumber(ground, user, any)
        visit(rankOne(user, rows[at]!, item, values[at]!, negatives, own, task.depth))
        counts.rankedPairs += negatives.length + 1
        counts.lists++
      }
    }
    done += block.length
    task.onProgress?.({ stage: 'ranking', done, total: users.length, unit: 'users' })
  }
  return counts
}

type Draw = (user: number, row: number) => Int32Array

/** Draws a positive's negatives: candidates that the user has rated in no part, each at most once, fewer where fewer are left. */
function drawer(protocol: SampledProtocol, ground: Ground, marks: Int32Array): Draw {
  const { given, negatives = 99, by = 'uniform', seed = 1 } = protocol
  if (given) return (_, row) => Int32Array.from(given(row))
  const { part, popularity } = ground
  const random = new Random(seed).fork('negatives')
  const draws = new WeightedDraws(
    Float64Array.from(popularity, (count) => (by === 'uniform' ? Math.min(count, 1) : count)),
  )
  const { offsets, indices } = part.byUser()
  const out = new Int32Array(negatives)
  let stamp = part.users.size
  return (user) => {
    markSeen(ground, user, marks, ++stamp)
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      if (marks[indices[at]!]! < stamp) marks[indices[at]!] = stamp
    }
    return out.slice(0, draws.distinct(random, negatives, marks, stamp, out))
  }
}

function rankOne(
  user: number,
  row: number,
  item: number,
  rating: number,
  negatives: Int32Array,
  scores: Float32Array,
  depth: number,
): RankedCase {
  const better = negatives.filter((other) => scores[other]! >= scores[item]!)
  const rank = better.length
  const order = [...byScore(better, scores), item, ...byScore(negatives, scores).slice(rank)]
  const items = Int32Array.from(order.slice(0, depth))
  const hits = new Uint8Array(items.length)
  const ratings = new Float32Array(items.length)
  if (rank < items.length) {
    hits[rank] = 1
    ratings[rank] = rating
  }
  const idealRatings = Float32Array.of(rating)
  return {
    user,
    row,
    list: { items, hits, ratings, relevant: 1, recommended: null, idealRatings },
    scores: Float32Array.from(items, (any) => scores[any]!),
    sides: () => ({
      positives: Float32Array.of(scores[item]!),
      negatives: Float32Array.from(negatives, (other) => scores[other]!),
    }),
  }
}

function byScore(items: Int32Array, scores: Float32Array): Int32Array {
  return items.slice().sort((a, b) => scores[b]! - scores[a]! || a - b)
}
