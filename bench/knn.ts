import { createModel } from '../src/catalogue/create.ts'
import { type Interactions, synthesise } from '../src/data/index.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'

/** Held-out ratings of a user: a tenth of 20M are 2M, of 138k users. */
const perUser = 14

/** The user-based baseline of the autoencoder paper: cosine over all ratings, the five nearest who rated the movie. */
const plainCosine = {
  ...{ similarity: 'cosine', lengths: 'all', k: 5, shrinkage: 0, centre: 'none', damping: 0 },
  ...{ minNeighbours: 1, minSupport: 1 },
}

const benchmark: Benchmark = {
  name: 'knn',
  summary: 'neighbourhood models on 20M synthetic ratings of 138k users and 27k movies: time and memory',
  async run(bench) {
    const { quick } = bench
    bench.checks.push(await check())
    const [users, items, ratings] = quick ? [200, 100, 5_000] : [138_493, 26_744, 20_000_263]
    bench.progress(`making ${ratings} ratings`)
    const train = synthesise({
      users,
      items,
      ratings,
      scale: { min: 0.5, max: 5, step: 0.5 },
      timestamps: false,
      userSkew: 0.5,
    }).interactions
    await one(bench, train, 'user-knn', plainCosine, 'user-based, cosine, five neighbours')
    await one(bench, train, 'item-knn', {}, 'item-based, its defaults')
    bench.target('peak memory of all of it', 'GiB', 'at most', 4, process.resourceUsage().maxRSS / 2 ** 20)
    bench.notes.push(
      'the autoencoder paper needed about 600 GB, or over a week, for user-based predictions on 26M ratings',
      'predictions: random movies, 14 for each of so many users, as a held-out tenth has; each user is compared with all others once',
    )
  },
}
export default benchmark

async function one(
  bench: Bench,
  train: Interactions,
  name: string,
  set: Record<string, unknown>,
  what: string,
): Promise<void> {
  bench.progress(`fitting ${name}`)
  const model = await createModel(name, set)
  const started = performance.now()
  await model.fit(train, { seed: 1 })
  bench.figure(what, 'fit', 's', [(performance.now() - started) / 1000])
  const n = bench.quick ? 100 : 20_000
  const pairs = {
    user: Int32Array.from({ length: n }, (_, k) => (Math.floor(k / perUser) * 7919) % train.users.size),
    item: Int32Array.from({ length: n }, (_, k) => (k * 104_729) % train.items.size),
  }
  bench.progress(`${name}: ${n} predictions`)
  const before = performance.now()
  const predicted = await model.predict(pairs)
  const seconds = (performance.now() - before) / 1000
  if (!predicted.every((value) => value >= 0.5 && value <= 5)) throw new Error(`${name} predicts outside the scale`)
  bench.figure(what, `predictions of ${n.toLocaleString('en')} pairs`, 's', [seconds])
  bench.figure(what, 'all 2.0M pairs of a held-out tenth, at that speed', 'min', [
    (seconds * (train.count / 10)) / n / 60,
  ])
}

/** A small user-based model against sums written out. */
async function check(): Promise<string> {
  const train = synthesise({
    users: 30,
    items: 20,
    ratings: 250,
    scale: { min: 1, max: 5, step: 1 },
    timestamps: false,
  }).interactions
  const model = await createModel('user-knn', plainCosine)
  await model.fit(train, { threads: 1 })
  const { offsets, indices, values } = train.byUser()
  const row = (user: number): Map<number, number> =>
    new Map(
      Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => [
        indices[offsets[user]! + n]!,
        values[offsets[user]! + n]!,
      ]),
    )
  const rows = Array.from({ length: 30 }, (_, user) => row(user))
  const length = (ratings: Map<number, number>): number =>
    Math.sqrt([...ratings.values()].reduce((sum, r) => sum + r * r, 0))
  const cosine = (a: Map<number, number>, b: Map<number, number>): number =>
    [...a].reduce((sum, [item, r]) => sum + r * (b.get(item) ?? 0), 0) / (length(a) * length(b))
  const pairs: [number, number, number][] = []
  for (let user = 0; user < 30; user++) {
    for (let item = 0; item < 20; item++) {
      const near = rows
        .flatMap((other, u) =>
          u !== user && other.has(item) ? [{ w: cosine(rows[user]!, other), r: other.get(item)! }] : [],
        )
        .filter(({ w }) => w > 0)
        .sort((a, b) => b.w - a.w)
      // Where the fifth and sixth are alike, either may be taken.
      if (near.length === 0 || near[4]?.w === near[5]?.w) continue
      const best = near.slice(0, 5)
      pairs.push([user, item, best.reduce((sum, { w, r }) => sum + w * r, 0) / best.reduce((sum, { w }) => sum + w, 0)])
    }
  }
  const predicted = await model.predict({
    user: Int32Array.from(pairs, ([u]) => u),
    item: Int32Array.from(pairs, ([, i]) => i),
  })
  const apart = close(
    'the prediction',
    [...predicted],
    pairs.map(([, , p]) => p),
    1e-5,
  )
  return `${pairs.length} user-based predictions of a small set against sums written out: within ${apart.toExponential(1)}`
}
