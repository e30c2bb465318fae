import { fileURLToPath } from 'node:url'
import { loadDataset, split, synthesise } from '../src/data/index.ts'
import { evaluate } from '../src/evaluation/index.ts'
import { EmbeddingDot } from '../src/models/embedding-dot/embedding-dot.ts'
import { embeddingDotHyperparameters } from '../src/models/embedding-dot/hyperparameters.ts'
import type { Recommender } from '../src/models/recommender.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { interleave, perCall } from './harness/interleave.ts'
import { ratios } from './harness/statistics.ts'

const small = fileURLToPath(new URL('../data/ml-latest-small', import.meta.url))

const benchmark: Benchmark = {
  name: 'topk',
  summary: 'lists from embedding-dot with 50 factors: one user, and full ranking by the evaluator',
  async run(bench) {
    await oneUser(bench)
    await everyone(bench)
  },
}
export default benchmark

const model = (epochs: number): EmbeddingDot => new EmbeddingDot(embeddingDotHyperparameters.parse({ epochs }))

/** The ten best of all items that the user has not rated. */
async function oneUser(bench: Bench): Promise<void> {
  const { quick } = bench
  const [users, items, ratings] = quick ? [100, 500, 5_000] : [2_000, 26_744, 288_000]
  bench.progress('fitting to synthetic ratings')
  const train = synthesise({ users, items, ratings, scale: { min: 0.5, max: 5, step: 0.5 } }).interactions
  const dot = model(1)
  await dot.fit(train, { threads: 1 })
  const profile = [...train.byUser().indices.subarray(0, 50)].map((item) => ({ item, rating: 4 }))
  for (const user of [0, 1, users - 1]) {
    const ours = await dot.recommend({ user })
    const theirs = plainList(dot, train.byUser(), items, user)
    if (ours.map(({ item }) => item).join() !== theirs.map(({ item }) => item).join()) {
      throw new Error(
        `the list of user ${user} is ${JSON.stringify(ours)}, the reference says ${JSON.stringify(theirs)}`,
      )
    }
    close(
      'score',
      ours.map(({ score }) => score),
      theirs.map(({ score }) => score),
      1e-5,
    )
  }
  bench.checks.push('lists of three users against plain TypeScript: the same ten items')
  let turn = 0
  const least = quick ? 0.002 : 0.05
  const measured = await interleave(
    [
      perCall('user', async () => void (await dot.recommend({ user: turn++ % users })), least),
      perCall('profile', async () => void (await dot.recommend({ profile })), least),
      perCall('plain', () => void plainList(dot, train.byUser(), items, turn++ % users), least),
    ],
    { repeats: quick ? 2 : 15, progress: bench.progress },
  )
  const group = `ten of ${items} items`
  const inMs = (name: string): number[] => measured[name]!.map((seconds) => seconds * 1000)
  const { median } = bench.figure(group, 'for a known user', 'ms', inMs('user'))
  bench.figure(group, 'for a profile of 50 ratings, folded in', 'ms', inMs('profile'))
  bench.figure(group, 'for a known user, plain TypeScript with a full sort', 'ms', inMs('plain'))
  bench.figure(group, 'times faster than plain TypeScript', 'x', ratios(measured.plain!, measured.user!))
  bench.target('top ten for one user', 'ms', 'at most', 1, median)
}

interface Scored {
  readonly item: number
  readonly score: number
}

/** Scores every item from the saved weights and sorts them all. */
function plainList(
  dot: EmbeddingDot,
  rated: { readonly offsets: Int32Array; readonly indices: Int32Array },
  items: number,
  user: number,
): Scored[] {
  const { tensors, values } = dot.save()
  const { offset, low, high } = values as Record<string, number>
  const [p, q] = [tensors['users.factors']!, tensors['items.factors']!]
  const [userBias, itemBias] = [tensors['users.biases']!.data, tensors['items.biases']!.data]
  const factors = p.shape[1]!
  const seen = new Set(rated.indices.subarray(rated.offsets[user]!, rated.offsets[user + 1]!))
  const list: Scored[] = []
  for (let item = 0; item < items; item++) {
    if (seen.has(item)) continue
    let sum = offset! + userBias[user]! + itemBias[item]!
    for (let f = 0; f < factors; f++) sum += p.data[user * factors + f]! * q.data[item * factors + f]!
    list.push({ item, score: Math.fround(low! + (high! - low!) / (1 + Math.exp(-sum))) })
  }
  return list.sort((a, b) => b.score - a.score || a.item - b.item).slice(0, 10)
}

/** The evaluator over all users and items of the shipped data. */
async function everyone(bench: Bench): Promise<void> {
  const { quick } = bench
  bench.progress('fitting to ml-latest-small')
  const ratings = quick
    ? synthesise({ users: 100, items: 400, ratings: 5_000, scale: { min: 0.5, max: 5, step: 0.5 } }).interactions
    : (await loadDataset(small)).interactions
  const parts = split(ratings, { kind: 'random', ratio: 0.8, seed: 1 })
  const dot = model(quick ? 1 : 5)
  await dot.fit(parts.train, { threads: 1 })
  const rank = async (): Promise<number> => {
    const options = { metrics: ['ndcg@10'], protocol: { kind: 'full', candidates: 'all' } } as const
    return (await evaluate(dot, parts, options)).metrics['ndcg@10']!
  }
  const apart = close(
    'NDCG@10',
    [await rank()],
    [await plainNdcg(dot, parts.train.byUser(), parts.test.byUser())],
    1e-9,
  )
  bench.checks.push(`NDCG@10 of the evaluator against plain TypeScript that sorts: within ${apart.toExponential(1)}`)
  const measured = await interleave(
    [
      perCall('evaluator', async () => void (await rank()), 0.1),
      perCall('plain', async () => void (await plainNdcg(dot, parts.train.byUser(), parts.test.byUser())), 0.1),
    ],
    { repeats: quick ? 1 : 7, warmUps: quick ? 0 : 1, progress: bench.progress },
  )
  const group = `full ranking of ${parts.train.users.size} users x ${parts.train.items.size} items, NDCG@10`
  const { median } = bench.figure(group, 'evaluator', 's', measured.evaluator!)
  bench.figure(group, 'plain TypeScript that sorts', 's', measured.plain!)
  bench.figure(group, 'times faster', 'x', ratios(measured.plain!, measured.evaluator!))
  bench.target('full ranking', 's', 'at most', 1, median)
}

interface Rows {
  readonly offsets: Int32Array
  readonly indices: Int32Array
}

/** The model's own scores of one user after another, sorted; binary NDCG of the first ten, mean over users with a test rating. */
async function plainNdcg(recommender: Recommender, train: Rows, test: Rows): Promise<number> {
  const own = ({ offsets, indices }: Rows, user: number) => indices.subarray(offsets[user]!, offsets[user + 1]!)
  let [sum, lists] = [0, 0]
  for (let user = 0; user + 1 < train.offsets.length; user++) {
    const relevant = new Set(own(test, user))
    const seen = new Set(own(train, user))
    // The evaluator knows users by their training ratings.
    if (relevant.size === 0 || seen.size === 0) continue
    const scores = await recommender.scoreAll({ user })
    const order = Array.from(scores.keys())
      .filter((item) => !seen.has(item))
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
    let [gain, ideal] = [0, 0]
    for (let r = 0; r < 10; r++) {
      if (relevant.has(order[r]!)) gain += 1 / Math.log2(r + 2)
      if (r < relevant.size) ideal += 1 / Math.log2(r + 2)
    }
    sum += gain / ideal
    lists++
  }
  return sum / lists
}
