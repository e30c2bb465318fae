import { throwIfAborted } from '../../core/errors.ts'
import { topK } from '../../models/top-k.ts'
import { type Ground, knownUsers, markSeen, notANumber, scoresOf } from '../ground.ts'
import type { FullProtocol } from '../types.ts'
import { noCounts, type RankedCase, type RankingCounts, type RankingTask, userBlocks } from './ranked-case.ts'
import { ListMaker, relevantCount, type Truth } from './truth.ts'

/** Larger than any stamp: marks an item that is no candidate for anybody. */
export const never = 0x7fffffff

export function fullWords({ candidates = 'training', threshold }: FullProtocol): string {
  const which = candidates === 'training' ? 'items with a training rating' : 'items of the vocabulary'
  const relevant = threshold === undefined ? 'every test rating is relevant' : `relevant: true rating >= ${threshold}`
  return (
    `full ranking: for every user with a relevant test item, all ${which} less those the user has rated in training, ` +
    `validation or profile; ties by item index; ${relevant}; ` +
    `test rows of users${candidates === 'training' ? ' or items' : ''} absent from training are dropped and counted`
  )
}

/** Ranks all candidates for every user of the part; see FullProtocol. */
export async function rankFull(protocol: FullProtocol, task: RankingTask): Promise<RankingCounts> {
  const { ground, visit } = task
  const counts = noCounts()
  const width = ground.part.items.size
  const { marks, candidates } = candidateMarks(ground, protocol.candidates ?? 'training')
  counts.candidates = candidates
  const truths = collectTruths(ground, protocol.threshold, marks, counts)
  const users = Int32Array.from(truths.keys())
  const maker = new ListMaker(width)
  let stamp = ground.part.users.size
  let done = 0
  for (const block of userBlocks(users, width, task.blockBytes)) {
    throwIfAborted(task.signal, 'evaluation')
    const scores = await scoresOf(ground, block)
    for (let n = 0; n < block.length; n++) {
      const user = block[n]!
      counts.rankedPairs += candidates - markSeen(ground, user, marks, ++stamp)
      const own = scores.subarray(n * width, (n + 1) * width)
      visit(rankOne(ground, user, truths.get(user)!, own, marks, stamp, task.depth, maker))
    }
    done += block.length
    task.onProgress?.({ stage: 'ranking', done, total: users.length, unit: 'users' })
  }
  counts.lists = users.length
  return counts
}

/** Marks of all items: `never` where an item is no candidate, else 0. */
export function candidateMarks(
  ground: Ground,
  which: 'training' | 'all',
): { readonly marks: Int32Array; readonly candidates: number } {
  const marks = new Int32Array(ground.part.items.size)
  let candidates = 0
  for (let item = 0; item < marks.length; item++) {
    if (which === 'all' || ground.popularity[item]! > 0) candidates++
    else marks[item] = never
  }
  return { marks, candidates }
}

/** What is true of every known user with a relevant row among the candidates; the other rows are counted. Uses stamps 1 to users. */
export function collectTruths(
  ground: Ground,
  threshold: number | undefined,
  marks: Int32Array,
  counts: RankingCounts,
): Map<number, Truth> {
  const { users, unknownRows } = knownUsers(ground)
  const { offsets, indices, values } = ground.part.byUser()
  const truths = new Map<number, Truth>()
  counts.droppedUnknownUser = unknownRows
  let stamp = 0
  for (const user of users) {
    markSeen(ground, user, marks, ++stamp)
    const truth = { items: [] as number[], ratings: [] as number[], relevant: [] as boolean[] }
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      const item = indices[at]!
      if (marks[item] === never) counts.droppedUnknownItem++
      else if (marks[item] === stamp) counts.droppedSeen++
      else {
        const relevant = threshold === undefined || values[at]! >= threshold
        truth.items.push(item)
        truth.ratings.push(values[at]!)
        truth.relevant.push(relevant)
        if (relevant) counts.positives++
        else counts.notRelevant++
      }
    }
    if (relevantCount(truth) > 0) truths.set(user, truth)
  }
  return truths
}

function rankOne(
  ground: Ground,
  user: number,
  truth: Truth,
  scores: Float32Array,
  marks: Int32Array,
  stamp: number,
  depth: number,
  maker: ListMaker,
): RankedCase {
  for (let item = 0; item < scores.length; item++) {
    if (Number.isNaN(scores[item]!) && marks[item]! < stamp) throw notANumber(ground, user, item)
  }
  const best = topK(scores, depth, (item) => marks[item]! < stamp && scores[item]! > Number.NEGATIVE_INFINITY)
  return {
    user,
    row: null,
    list: maker.list(best, truth),
    scores: Float32Array.from(best, (item) => scores[item]!),
    sides: () => {
      const positives = truth.items.filter((_, t) => truth.relevant[t])
      const isPositive = new Set(positives)
      return {
        positives: Float32Array.from(positives, (item) => scores[item]!),
        negatives: scores.filter((_, item) => marks[item]! < stamp && !isPositive.has(item)),
      }
    },
  }
}
