import { availableParallelism } from 'node:os'
import { createModel } from '../src/catalogue/create.ts'
import { type Interactions, split, synthesise } from '../src/data/index.ts'
import { evaluate } from '../src/evaluation/index.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'

interface Fit {
  readonly model: string
  /** In words, with what differs from the defaults. */
  readonly what: string
  readonly set: Record<string, unknown>
  readonly on: '100k' | '1m'
  /** How often it is fitted: the folds of a published time. */
  readonly times: number
  /** Seconds, where somebody has published them for the same work; see ../shared/anchors.md. */
  readonly published?: number
}

/** What others state a time for first. */
const fits: readonly Fit[] = [
  { model: 'ease', what: 'EASE', set: {}, on: '1m', times: 1, published: 5 },
  {
    model: 'svd',
    what: 'SVD, 100 factors, 20 epochs, five folds',
    set: { factors: 100, epochs: 20, patience: null },
    on: '1m',
    times: 5,
    published: 190,
  },
  {
    model: 'bayesian-mf',
    what: 'Bayesian factorisation, 10 factors, 512 sweeps',
    set: { rank: 10, epochs: 512, burnIn: 100 },
    on: '100k',
    times: 1,
    published: 23,
  },
  {
    model: 'svdpp',
    what: 'SVD++, 20 factors, 20 epochs',
    set: { factors: 20, epochs: 20, patience: null },
    on: '1m',
    times: 1,
  },
  { model: 'rbm', what: 'RBM, 100 hidden units, ten epochs', set: { hidden: 100, epochs: 10 }, on: '1m', times: 1 },
  { model: 'user-knn', what: 'user-based neighbourhoods', set: {}, on: '1m', times: 1 },
  { model: 'item-knn', what: 'item-based neighbourhoods', set: {}, on: '1m', times: 1 },
]

const benchmark: Benchmark = {
  name: 'fits',
  summary: 'baselines fitted to synthetic ratings of the shape of MovieLens 100K and 1M, beside published times',
  async run(bench) {
    const { quick } = bench
    const make = (users: number, items: number, ratings: number): Interactions =>
      synthesise({
        users,
        items,
        ratings,
        factors: 4,
        scale: { min: 1, max: 5, step: 1 },
        timestamps: false,
        userSkew: 0.5,
      }).interactions
    bench.progress('making ratings')
    const sets = quick
      ? { '100k': make(60, 50, 1_500), '1m': make(100, 80, 4_000) }
      : { '100k': make(943, 1_682, 100_000), '1m': make(6_040, 3_706, 1_000_209) }
    for (const fit of fits) await time(bench, fit, sets[fit.on])
    bench.notes.push(
      'published: EASE 5 s and SVD 190 s for five folds on MovieLens 1M, a Bayesian factorisation machine 23 s for 512 iterations on 100K, each on its authors’ machine: read them as orders of magnitude',
      `${availableParallelism()} threads; the held-out error is there to show that what was timed works, not to be compared`,
    )
  },
}
export default benchmark

async function time(
  bench: Bench,
  { model, what, set, on, times, published }: Fit,
  ratings: Interactions,
): Promise<void> {
  bench.progress(what)
  const group = `${what}, ${ratings.count.toLocaleString('en')} ratings`
  const parts = split(ratings, { kind: 'random', ratio: 0.8, seed: 1 })
  let seconds = 0
  for (let n = 0; n < times; n++) {
    const recommender = await createModel(model, bench.quick ? short(set) : set)
    const started = performance.now()
    await recommender.fit(parts.train, { seed: n + 1 })
    seconds += (performance.now() - started) / 1000
    if (n > 0) continue
    const metric = recommender.abilities.ratings ? 'rmse' : 'ndcg@10'
    const bar = await createModel(metric === 'rmse' ? 'item-mean' : 'random')
    await bar.fit(parts.train, { seed: 1 })
    const of = async (m: typeof bar): Promise<number> =>
      (await evaluate(m, parts, { metrics: [metric] })).metrics[metric]!
    const [ours, theirs] = [await of(recommender), await of(bar)]
    const better = metric === 'rmse' ? ours < theirs : ours > theirs
    // Ratings of tiny sizes teach nothing.
    if (!better && !bench.quick) throw new Error(`${what}: ${metric} ${ours}, ${bar.name} has ${theirs}`)
    bench.checks.push(`${what}: held-out ${metric} ${ours.toFixed(4)}, ${bar.name} ${theirs.toFixed(4)}`)
  }
  bench.figure(group, times > 1 ? `${times} fits` : 'fit', 's', [seconds])
  if (published !== undefined && !bench.quick)
    bench.figure(group, `published time (${published} s, MovieLens ${on.toUpperCase()}) to ours`, 'x', [
      published / seconds,
    ])
}

/** The same settings with few passes. */
const short = (set: Record<string, unknown>): Record<string, unknown> => ({
  ...set,
  ...('epochs' in set && { epochs: 3 }),
  ...('burnIn' in set && { burnIn: 1 }),
})
