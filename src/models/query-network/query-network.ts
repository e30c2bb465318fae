import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { emit } from '../../engine/onnx/emit.ts'
import { OpenedOnDemand } from '../../engine/session/opened.ts'
import { trainEpochs } from '../../engine/trainer/epochs.ts'
import { graphTask } from '../../engine/trainer/task.ts'
import { RowBaseline, type RowRatings } from '../autoencoder/baseline.ts'
import { encodeRow } from '../autoencoder/rows.ts'
import { rowSchedules } from '../autoencoder/step.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import { levelsOf } from '../rbm/levels.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating } from '../recommender.ts'
import type { QueryHyperparameters } from './hyperparameters.ts'
import { QueryNetwork } from './network.ts'
import { createQueryStep } from './step.ts'

type Weights = Readonly<Record<string, Float32Array>>

interface Fitted {
  readonly network: QueryNetwork
  readonly baseline: RowBaseline
  readonly weights: Weights
  /** Scores of all items for rows of ratings. */
  readonly session: OpenedOnDemand
  /** Scores of single items. */
  readonly pairs: OpenedOnDemand
}

/** Most hidden values of the first layer in one run: 64 MiB. */
const runFloats = 16 << 20

/**
 * The one-hot query network that Lund and Ng abandoned because it never trained below an RMSE of 1.2: a user's ratings,
 * one withheld, and the item asked for, through a dense stack. Every rating is an example, so it costs as much as `withhold: 'one'`.
 */
export class QueryNetworkModel extends BaseRecommender {
  readonly name = 'query-network'
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  readonly hyperparameters: QueryHyperparameters
  private parts: Fitted | null = null

  constructor(hyperparameters: QueryHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const { epochs, learningRate, patience, schedule, batch, damping, output } = this.hyperparameters
    // Classes are ratings themselves: there the baseline only centres the input.
    const baseline = RowBaseline.fit(train.byItem(), train.mean(), { encoding: this.hyperparameters.encoding, damping })
    const network = this.build(train)
    const random = new Random(seed)
    const { step, beginEpoch } = await createQueryStep(
      network,
      train.byUser(),
      baseline,
      levelsOf(train.scale),
      this.hyperparameters,
      { random: random.fork('weights'), seed, threads },
    )
    const live = this.make(network, baseline, step.weights, threads)
    const validates = validation !== undefined && validation.count > 0
    try {
      const report = await trainEpochs(
        graphTask({
          step,
          examples: train.count,
          unit: 'ratings',
          batch: Math.min(batch, train.count),
          random: random.fork('order'),
          beginEpoch,
          validate: validates ? () => this.rmse(live, validation) : undefined,
        }),
        {
          epochs,
          learningRate,
          schedule: rowSchedules[schedule](epochs),
          patience: validates ? patience : null,
          onProgress,
          signal,
          checkpoint,
          fingerprint: JSON.stringify({
            model: this.name,
            ...this.hyperparameters,
            output,
            seed,
            threads,
            ratings: train.count,
            users: train.users.size,
            items: train.items.size,
            validation: validation?.count ?? 0,
          }),
        },
      )
      await step.flush()
      const weights = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, view.slice()]))
      this.parts = this.make(network, baseline, weights, threads)
      return { ...report, seconds: (performance.now() - started) / 1000, repeatable: threads === 1 }
    } finally {
      await live.session.release()
      await live.pairs.release()
      await step.release()
    }
  }

  protected predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    return this.ratePairs(this.fitted(), user, item)
  }

  protected scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override scoreUsers(users: Int32Array): Promise<Float32Array> {
    const rows = Array.from(users, (user) => this.ratingsOf(this.isKnownUser(user) ? user : -1))
    return this.score(this.fitted(), rows)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    const columns = profile.map(({ item }) => item)
    return this.score(this.fitted(), [{ columns, values: profile.map(({ rating }) => rating) }])
  }

  protected override itemVectors(): Rows {
    return { data: this.fitted().weights.query!, width: this.hyperparameters.layers[0]! }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    return this.fitted().baseline.counts[item]! > 0
  }

  async release(): Promise<void> {
    await this.parts?.session.release()
    await this.parts?.pairs.release()
  }

  protected snapshot(): ModelState {
    const { network, baseline, weights } = this.fitted()
    const { tensors, values } = baseline.state()
    const own = network.parameters.map((node) => {
      const { name } = node.attributes as { name: string }
      return [name, { shape: node.shape as number[], data: weights[name]! }] as const
    })
    return { tensors: { ...tensors, ...Object.fromEntries(own) }, values }
  }

  protected restore(state: ModelState): void {
    const { baseline: _, baselineCounts: __, ...tensors } = state.tensors
    const weights = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]))
    this.parts = this.make(this.build(this.train), RowBaseline.restore(state), weights, availableParallelism())
  }

  private build(train: Interactions): QueryNetwork {
    const { layers, activation, output } = this.hyperparameters
    const outputs = output === 'rating' ? 1 : Math.max(2, levelsOf(train.scale).values.length)
    return new QueryNetwork({ items: train.items.size, layers, activation, outputs })
  }

  private make(network: QueryNetwork, baseline: RowBaseline, weights: Weights, threads: number): Fitted {
    const sums = network.graph.input('sums', ['B', network.shape.layers[0]!])
    const { values } = levelsOf(this.train.scale)
    const padded = Float32Array.from(
      { length: network.shape.outputs },
      (_, k) => values[Math.min(k, values.length - 1)]!,
    )
    const all = emit({ outputs: { scores: network.all(sums, padded) }, name: 'query network' })
    const queries = network.graph.input('queries', ['B', network.shape.layers[0]!])
    const one = emit({ outputs: { scores: network.one(sums, queries, padded) }, name: 'query network, single items' })
    const [session, pairs] = [new OpenedOnDemand(all, threads), new OpenedOnDemand(one, threads)]
    return { network, baseline, weights, session, pairs }
  }

  private async score(fitted: Fitted, rows: readonly RowRatings[]): Promise<Float32Array> {
    const { baseline, weights } = fitted
    const { items, layers, outputs } = fitted.network.shape
    const first = layers[0]!
    const { session, model } = await fitted.session.open()
    const scores = new Float32Array(rows.length * items)
    const offsets: number[] = []
    const block = Math.max(1, Math.floor(runFloats / (items * first)))
    for (let from = 0; from < rows.length; from += block) {
      const to = Math.min(from + block, rows.length)
      const sums = new Float32Array((to - from) * first)
      for (let r = from; r < to; r++) offsets.push(this.sum(fitted, rows[r]!, sums.subarray((r - from) * first)))
      const feeds: Record<string, Float32Array> = { sums }
      for (const { name } of model.inputs) if (name !== 'sums') feeds[name] = weights[name]!
      await session.bind(feeds, { scores: scores.subarray(from * items, to * items) }, { B: to - from }).run()
    }
    if (outputs === 1 && baseline.centred) {
      for (const [r, offset] of offsets.entries())
        for (let i = 0; i < items; i++) scores[r * items + i]! += baseline.of(i, offset)
    }
    return scores
  }

  /** Adds the input rows of a row's ratings up in `sums`; its offset. */
  private sum({ baseline, weights }: Fitted, row: RowRatings, sums: Float32Array): number {
    const first = this.hyperparameters.layers[0]!
    const factors = new Float32Array(row.columns.length)
    const { offset } = encodeRow(baseline, this.hyperparameters.normalise, row, factors)
    for (let n = 0; n < factors.length; n++) {
      const at = row.columns[n]! * first
      for (let d = 0; d < first; d++) sums[d]! += factors[n]! * weights.input![at + d]!
    }
    return offset
  }

  /** Only the items asked for: scores of all items for every user would be hours on a large set. */
  private async ratePairs(fitted: Fitted, user: Int32Array, item: Int32Array): Promise<Float32Array> {
    const { baseline, weights } = fitted
    const { layers, outputs } = fitted.network.shape
    const first = layers[0]!
    const { session, model } = await fitted.pairs.open()
    const rated = new Float32Array(user.length)
    const pairsOf = new Map<number, number[]>()
    for (let n = 0; n < user.length; n++) {
      const known = pairsOf.get(user[n]!)
      if (known) known.push(n)
      else pairsOf.set(user[n]!, [n])
    }
    const block = Math.max(1, Math.min(user.length, Math.floor(runFloats / (2 * first))))
    const sums = new Float32Array(block * first)
    const queries = new Float32Array(block * first)
    const scores = new Float32Array(block)
    const waiting: { pair: number; offset: number }[] = []
    const run = async (): Promise<void> => {
      const count = waiting.length
      const feeds: Record<string, Float32Array> = {
        sums: sums.subarray(0, count * first),
        queries: queries.subarray(0, count * first),
      }
      for (const { name } of model.inputs) if (!(name in feeds)) feeds[name] = weights[name]!
      await session.bind(feeds, { scores: scores.subarray(0, count) }, { B: count }).run()
      for (const [n, { pair, offset }] of waiting.entries()) {
        rated[pair] = scores[n]! + (outputs === 1 && baseline.centred ? baseline.of(item[pair]!, offset) : 0)
      }
      waiting.length = 0
    }
    for (const [u, pairs] of pairsOf) {
      const own = new Float32Array(first)
      const offset = this.sum(fitted, this.ratingsOf(u), own)
      for (const pair of pairs) {
        const i = item[pair]!
        if (i < 0) {
          rated[pair] = baseline.of(-1, offset)
          continue
        }
        const at = waiting.push({ pair, offset }) - 1
        sums.set(own, at * first)
        queries.set(weights.query!.subarray(i * first, (i + 1) * first), at * first)
        if (waiting.length === block) await run()
      }
    }
    if (waiting.length > 0) await run()
    return rated
  }

  /** RMSE of clipped predictions, each user's training ratings being the row. */
  private async rmse(fitted: Fitted, { user, item, rating, scale }: Interactions): Promise<number> {
    const predicted = await this.ratePairs(fitted, user, item)
    const squares = predicted.reduce(
      (sum, x, n) => sum + (Math.min(scale.max, Math.max(scale.min, x)) - rating[n]!) ** 2,
      0,
    )
    return Math.sqrt(squares / predicted.length)
  }

  private ratingsOf(user: number): RowRatings {
    const { offsets, indices, values } = this.train.byUser()
    const [from, to] = user < 0 ? [0, 0] : [offsets[user]!, offsets[user + 1]!]
    return { columns: indices.subarray(from, to), values: values.subarray(from, to) }
  }

  private fitted(): Fitted {
    // BaseRecommender.train throws the error that a user sees.
    if (!this.parts) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return this.parts
  }
}
