import * as z from 'zod'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
import type { Rows } from '../../models/cosine.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating } from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { dampedMeans } from '../damped-means.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import { solved } from '../solved.ts'
import { decadesOf, genresOf, joined, requireItems, tagsOf } from './features.ts'
import { ContentFeatures, TasteSolver } from './profile.ts'

const hyperparameters = z.object({
  sweeps: z
    .number()
    .int()
    .min(1)
    .default(3)
    .describe('How often what everybody shares and each taste are solved in turn.'),
  tasteRegularisation: z.number().positive().default(3).describe('Ridge on what a user adds to the common weights.'),
  userDamping: z.number().positive().default(3).describe('Ridge on the bias of a user.'),
  commonRegularisation: z.number().positive().default(10).describe('Ridge on the weights that everybody shares.'),
  itemMeans: z
    .boolean()
    .default(true)
    .describe("Use each item's own mean rating too; false: what is known of the content alone."),
  itemDamping: z.number().min(0).default(5).describe("Ratings of no deviation that each item's own mean starts with."),
  years: z.boolean().default(true).describe('Decades of release among the features.'),
  minimumTagItems: z.number().int().min(1).default(5).describe('Tags on fewer items are left out.'),
  maximumTags: z
    .number()
    .int()
    .min(0)
    .default(50)
    .describe('How many tags at most, the most widespread first; 0 for none.'),
})

/**
 * A content model, of the kind MudRecS is, on genres, decades and tags (no role players, moods or reviews are in the data):
 * rating = mean + b_u + (common + taste_u)'x_i + own mean of the item. A user's taste is a ridge regression on the features of what the user
 * rated, so few ratings leave it near the common weights. Items without ratings are rated by their features.
 * Folding in a training user's own ratings gives that user's scores.
 */
class Content extends BaseRecommender {
  readonly name = 'content'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true, itemFeatures: true, unseenItems: true }
  private mean = 0
  private features = new ContentFeatures({ names: [], of: [] })
  /** Per item: common'x_i + own mean. */
  private base = new Float64Array()
  /** Rows of taste and bias per user. */
  private tastes = new Float64Array()

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions, options: FitOptions): FitReport {
    const { sweeps, years, minimumTagItems, maximumTags, itemDamping, itemMeans } = this.hyperparameters
    const items = requireItems(this.name, options.items, train)
    return solved(() => {
      const kinds = [genresOf(items), ...(years ? [decadesOf(items)] : []), tagsOf(items, minimumTagItems, maximumTags)]
      const features = new ContentFeatures(joined(kinds))
      this.features = features
      this.mean = train.mean()
      this.base = new Float64Array(train.items.size)
      this.tastes = new Float64Array(train.users.size * (features.width + 1))
      for (let sweep = 0; sweep < sweeps; sweep++) {
        const common = this.solveCommon(train)
        const byContent = Float64Array.from(this.base, (_, item) => features.dot(item, common))
        const own = dampedMeans(
          train.item,
          train.items.size,
          itemDamping,
          (row) => this.residual(train, row) - byContent[train.item[row]!]!,
        )
        this.base = byContent.map((x, item) => x + (itemMeans ? own[item]! : 0))
        this.solveTastes(train)
      }
    })
  }

  /** What mean, bias and taste leave of a rating. */
  private residual({ user, item, rating }: Interactions, row: number): number {
    const { width } = this.features
    const at = user[row]! * (width + 1)
    return rating[row]! - this.mean - this.tastes[at + width]! - this.features.dot(item[row]!, this.tastes, at)
  }

  private solveCommon(train: Interactions): Float64Array {
    const { features } = this
    const equations = new NormalEquations(features.width)
    for (let row = 0; row < train.count; row++) {
      const item = train.item[row]!
      equations.addSparse(features.of[item]!, features.value(item), 1, this.residual(train, row))
    }
    equations.ridge(this.hyperparameters.commonRegularisation)
    const common = new Float64Array(features.width)
    equations.solve(common, 0)
    return common
  }

  private solveTastes(train: Interactions): void {
    const { offsets, indices, values } = train.byUser()
    const solver = this.solver()
    for (let user = 0; user + 1 < offsets.length; user++) {
      const [at, end] = [offsets[user]!, offsets[user + 1]!]
      if (at === end) continue
      const items = indices.subarray(at, end)
      const residual = (n: number): number => values[at + n]! - this.mean - this.base[items[n]!]!
      solver.solve(items, residual, this.tastes, user * (this.features.width + 1))
    }
  }

  private solver(): TasteSolver {
    const { tasteRegularisation, userDamping } = this.hyperparameters
    return new TasteSolver(this.features, tasteRegularisation, userDamping)
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    const { width } = this.features
    return Float32Array.from(user, (u, n) => {
      const i = item[n]!
      const at = u * (width + 1)
      const base = this.mean + (i < 0 ? 0 : this.base[i]!)
      if (u < 0) return base
      return base + this.tastes[at + width]! + (i < 0 ? 0 : this.features.dot(i, this.tastes, at))
    })
  }

  protected scoreUser(user: number): Float32Array {
    return this.scoresOf(this.tastes, user * (this.features.width + 1))
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    const taste = new Float64Array(this.features.width + 1)
    const sorted = [...profile].sort((a, b) => a.item - b.item)
    const items = sorted.map(({ item }) => item)
    const residual = (n: number): number => Math.fround(sorted[n]!.rating) - this.mean - this.base[items[n]!]!
    if (sorted.length > 0) this.solver().solve(items, residual, taste, 0)
    return this.scoresOf(taste, 0)
  }

  private scoresOf(tastes: Float64Array, at: number): Float32Array {
    const { width } = this.features
    return Float32Array.from(
      this.base,
      (base, item) => this.mean + base + tastes[at + width]! + this.features.dot(item, tastes, at),
    )
  }

  protected override itemVectors(): Rows {
    const { of, width } = this.features
    const data = new Float32Array(of.length * Math.max(1, width))
    of.forEach((own, item) => {
      for (const feature of own) data[item * width + feature] = this.features.value(item)
    })
    return { data, width: Math.max(1, width) }
  }

  protected snapshot(): ModelState {
    const { names, of, width } = this.features
    const offsets = new Int32Array(of.length + 1)
    of.forEach((own, item) => {
      offsets[item + 1] = offsets[item]! + own.length
    })
    const entries = Int32Array.from(of.flatMap((own) => [...own]))
    return {
      tensors: {
        base: { shape: [this.base.length], data: this.base },
        tastes: { shape: [this.train.users.size, width + 1], data: this.tastes },
        featureOffsets: { shape: [offsets.length], data: offsets },
        features: { shape: [entries.length], data: entries },
      },
      values: { mean: this.mean, names },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    const offsets = tensors.featureOffsets!.data as Int32Array
    const entries = tensors.features!.data as Int32Array
    const of = Array.from({ length: offsets.length - 1 }, (_, item) =>
      entries.slice(offsets[item]!, offsets[item + 1]!),
    )
    this.features = new ContentFeatures({ names: values.names as string[], of })
    this.base = tensors.base!.data as Float64Array<ArrayBuffer>
    this.tastes = tensors.tastes!.data as Float64Array<ArrayBuffer>
    this.mean = values.mean as number
  }
}

export const contentDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'content',
  kind: 'baseline',
  summary: "Each user's taste in genres, decades and tags; rates movies nobody has rated.",
  source: 'Ridge regression on item features; stands in for MudRecS (Qumsiyeh and Ng 2012).',
  hyperparameters,
  create: (options) => new Content(options),
}
