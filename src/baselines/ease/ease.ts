import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
import type { Rows } from '../../models/cosine.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating } from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { implicitHyperparameters, positiveWeight } from '../implicit.ts'
import { compact, weighted } from './gram.ts'
import { easeWeights } from './solve.ts'

const hyperparameters = z.object({
  lambda: z.number().positive().default(300).describe('Ridge on the item-item weights; 100 to 1000 for MovieLens.'),
  ...implicitHyperparameters,
})

/**
 * EASE: a linear auto-encoder without hidden layer, in closed form. The score of an item is the sum of its weights from
 * the items of the profile; no item votes for itself. It predicts no ratings: `predict` gives the linear estimate of the
 * probability of a positive, clipped to [0, 1]. Without a positive in the profile the score is the item's share of the
 * training users (popularity); items without a training positive score 0. `similar` compares items by their weights
 * for all other items.
 */
class Ease extends BaseRecommender {
  readonly name = 'ease'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: false, foldIn: true, similar: true }
  /** Items with a training positive, ascending: the rows and columns of the weights. */
  private items = new Int32Array()
  /** Where an item stands among them, or -1. */
  private place = new Int32Array()
  private weights = new Float32Array()
  /** Share of the training users who have the item, by place. */
  private popularity = new Float64Array()
  private weightOf: (rating: number) => number = () => 0

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { lambda } = this.hyperparameters
    const { signal, onProgress, threads = availableParallelism() } = options
    this.prepare()
    const users = compact(train.byUser(), this.weightOf)
    const items = compact(train.byItem(), this.weightOf)
    if (items.kept.length === 0) {
      throw new MarqueeError('no-ratings', `no rating reaches ${this.hyperparameters.minimumRating}`, {
        remedy: 'Lower minimumRating.',
      })
    }
    const byRow = weighted(train.byUser(), users.kept, items.place, this.weightOf)
    const byColumn = weighted(train.byItem(), items.kept, users.place, this.weightOf)
    const rows = users.kept.length
    const columns = items.kept.length
    const total = Math.min(rows, columns)
    const onRows = (done: number): void => onProgress?.({ stage: 'inverting', done, total, unit: 'rows' })
    const weights = await easeWeights({ rows, columns, byRow, byColumn }, lambda, { threads, signal, onRows })
    this.take(items.kept, weights)
    this.popularity = Float64Array.from(items.kept, (_, k) => (byColumn.offsets[k + 1]! - byColumn.offsets[k]!) / rows)
    const seconds = (performance.now() - started) / 1000
    return { epochs: [], bestEpoch: null, stopped: 'finished', seconds, repeatable: true }
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    const { offsets, indices, values } = this.train.byUser()
    const n = this.items.length
    return Float32Array.from(user, (u, k) => {
      const to = item[k]! < 0 ? -1 : this.place[item[k]!]!
      if (to < 0) return 0
      let score = 0
      let positives = 0
      for (let at = u < 0 ? 0 : offsets[u]!; at < (u < 0 ? 0 : offsets[u + 1]!); at++) {
        const weight = this.weightOf(values[at]!)
        if (weight === 0) continue
        positives++
        score += weight * this.weights[this.place[indices[at]!]! * n + to]!
      }
      return positives === 0 ? this.popularity[to]! : Math.min(1, Math.max(0, score))
    })
  }

  protected scoreUser(user: number): Float32Array {
    const { offsets, indices, values } = this.train.byUser()
    const profile: ProfileRating[] = []
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++)
      profile.push({ item: indices[at]!, rating: values[at]! })
    return this.scoreProfile(profile)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    const n = this.items.length
    const sums = new Float64Array(n)
    const known = profile.filter(({ item, rating }) => this.weightOf(rating) > 0 && this.place[item]! >= 0)
    for (const { item, rating } of known) {
      const weight = this.weightOf(rating)
      const row = this.weights.subarray(this.place[item]! * n, (this.place[item]! + 1) * n)
      for (let j = 0; j < n; j++) sums[j]! += weight * row[j]!
    }
    const scores = new Float32Array(this.place.length)
    const values = known.length === 0 ? this.popularity : sums
    for (let k = 0; k < n; k++) scores[this.items[k]!] = values[k]!
    return scores
  }

  protected override itemVectors(): Rows {
    const n = this.items.length
    const data = new Float32Array(this.place.length * n)
    for (let k = 0; k < n; k++) data.set(this.weights.subarray(k * n, (k + 1) * n), this.items[k]! * n)
    return { data, width: n }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    return this.place[item]! >= 0
  }

  protected snapshot(): ModelState {
    const n = this.items.length
    return {
      tensors: {
        items: { shape: [n], data: this.items },
        weights: { shape: [n, n], data: this.weights },
        popularity: { shape: [n], data: this.popularity },
      },
      values: {},
    }
  }

  protected restore({ tensors }: ModelState): void {
    this.prepare()
    this.take(tensors.items!.data as Int32Array, tensors.weights!.data as Float32Array)
    this.popularity = tensors.popularity!.data as Float64Array<ArrayBuffer>
  }

  private prepare(): void {
    this.weightOf = positiveWeight(this.hyperparameters, this.train.scale)
  }

  private take(items: Int32Array, weights: Float32Array): void {
    this.items = items as Int32Array<ArrayBuffer>
    this.weights = weights as Float32Array<ArrayBuffer>
    this.place = new Int32Array(this.train.items.size).fill(-1)
    items.forEach((item, k) => {
      this.place[item] = k
    })
  }
}

export const easeDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'ease',
  kind: 'baseline',
  summary: 'Linear item-item weights in closed form: the yardstick for ranking. Predicts no ratings.',
  source: 'Steck 2019, "Embarrassingly shallow autoencoders for sparse data", equation 8.',
  hyperparameters,
  create: (options) => new Ease(options),
}
