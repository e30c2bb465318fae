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

  /** Scores are sums over the profile, so what a rating gave is taken back. */
  async leaveOut(profile: readonly ProfileRating[], left: Int32Array, items: Int32Array): Promise<Float32Array> {
    const n = this.items.length
    const places = this.checkedLeaveOut(profile, left, items).map(({ item }) => this.place[item]!)
    const weights = profile.map(({ rating }, p) => (places[p]! < 0 ? 0 : this.weightOf(rating)))
    const positives = weights.filter((weight) => weight > 0).length
    const out = new Float32Array(left.length * items.length)
    for (let k = 0; k < items.length; k++) {
      const to = this.place[items[k]!]!
      if (to < 0) continue
      let whole = 0
      for (const [p, from] of places.entries()) {
        if (weights[p]! > 0) whole += weights[p]! * this.weights[from * n + to]!
      }
      for (let l = 0; l < left.length; l++) {
        const own = weights[left[l]!]!
        const rest = own > 0 ? whole - own * this.weights[places[left[l]!]! * n + to]! : whole
        out[l * items.length + k] = positives - (own > 0 ? 1 : 0) === 0 ? this.popularity[to]! : rest
      }
    }
    return out
  }

  protected override itemVectors(): Rows {
    const n = this.items.length
    const data = new Float32Array(this.place.length * n)
    for (let k = 0; k < n; k++) data.set(this.weights.subarray(k * n, (k + 1) * n), this.items[k]! * n)
    return { data, width: n }
  }

  /** As by the cosine of the item vectors, without a table of movies x movies being made and kept for it. */
  protected override similaritiesTo(given: readonly number[]): Float32Array {
    const n = this.items.length
    const row = (place: number): Float32Array => this.weights.subarray(place * n, (place + 1) * n)
    const mean = new Float64Array(n)
    for (const item of given) {
      const place = this.place[item]!
      if (place < 0) continue
      const own = row(place)
      const length = Math.sqrt(dot(own, own))
      if (length > 0) for (let d = 0; d < n; d++) mean[d]! += own[d]! / length
    }
    const length = Math.sqrt(dot(mean, mean))
    const similarities = new Float32Array(this.place.length)
    if (length < 1e-5) return similarities
    for (let place = 0; place < n; place++) {
      const other = row(place)
      const own = Math.sqrt(dot(other, other))
      if (own > 0) similarities[this.items[place]!] = Math.min(1, Math.max(-1, dot(other, mean) / (own * length)))
    }
    return similarities
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

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}

export const easeDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'ease',
  kind: 'baseline',
  summary: 'Linear item-item weights in closed form: the yardstick for ranking. Predicts no ratings.',
  source: 'Steck 2019, "Embarrassingly shallow autoencoders for sparse data", equation 8.',
  hyperparameters,
  create: (options) => new Ease(options),
}
