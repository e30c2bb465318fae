import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { throwIfAborted } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
import type {
  Abilities,
  FitOptions,
  FitReport,
  ModelState,
  Neighbour,
  Pairs,
  ProfileRating,
  Who,
} from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { DampedBias } from '../damped-bias.ts'
import { solvedAsync } from '../solved.ts'
import { neighbourhoodShape } from './hyperparameters.ts'
import { groupByUser } from './pairs.ts'
import { fillTable, type NeighbourTable } from './table.ts'
import { rowMeans } from './values.ts'

const hyperparameters = z.object({
  ...neighbourhoodShape('item', 'user', {
    similarity: 'baseline',
    lengths: 'all',
    k: 30,
    shrinkage: 30,
    centre: 'baseline',
  }),
  stored: z
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('How many nearest items are kept for every item; neighbours are sought among them.'),
})

/** A user's ratings as the model sees them: by item what the rating differs from its base, NaN where there is none. */
interface Rated {
  readonly bias: number
  readonly deviations: Float64Array
}

/**
 * Item-based neighbourhood model. A prediction is the base of user and item plus the weighted mean of what the user's
 * ratings of the k most similar items differ from theirs (Sarwar et al. 2001). The nearest items of every item are found
 * when fitting, on all threads. Any profile is answered from that table. Without enough neighbours the baseline estimate answers.
 */
class ItemKnn extends BaseRecommender {
  readonly name = 'item-knn'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  private baseline!: DampedBias
  private itemMeans = new Float64Array()
  private table!: NeighbourTable

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const { signal, onProgress, threads = availableParallelism() } = options
    const { similarity, lengths, minSupport: support, shrinkage, damping, sweeps, stored } = this.hyperparameters
    return solvedAsync(async () => {
      throwIfAborted(signal, 'comparing items')
      const baseline = DampedBias.fit(train, damping, sweeps)
      const rule = { similarity, lengths, support, shrinkage }
      this.table = await fillTable(train, baseline, { rule, stored, threads, signal, onProgress })
      this.baseline = baseline
      this.itemMeans = rowMeans(train.byItem(), baseline.mean, damping)
    })
  }

  protected predictPairs(pairs: Pairs): Float32Array {
    const predicted = Float32Array.from(pairs.user, (user, n) => this.baseline.ofPair(user, pairs.item[n]!))
    const { users, offsets, rows } = groupByUser(pairs, (user) => this.isKnownUser(user))
    const scratch = new Float64Array(this.train.items.size).fill(Number.NaN)
    for (const [n, user] of users.entries()) {
      const profile = this.profileOf(user)
      const rated = this.rated(profile, this.baseline.users[user]!, scratch)
      for (let at = offsets[n]!; at < offsets[n + 1]!; at++) {
        predicted[rows[at]!] = this.score(rated, pairs.item[rows[at]!]!)
      }
      for (const { item } of profile) scratch[item] = Number.NaN
    }
    return predicted
  }

  protected scoreUser(user: number): Float32Array {
    return this.scores(this.profileOf(user), this.baseline.users[user]!)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    return this.scores(profile, this.baseline.ofProfile(profile.toSorted((a, b) => a.item - b.item)))
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const known = this.known(who)
    if ('user' in known) return this.scores(this.profileOf(known.user), this.baseline.users[known.user]!, items)
    const { profile } = known
    return this.scores(profile, this.baseline.ofProfile(profile.toSorted((a, b) => a.item - b.item)), items)
  }

  /** Of all items unless some are given. */
  private scores(profile: readonly ProfileRating[], bias: number, items?: Int32Array): Float32Array {
    const scratch = new Float64Array(this.train.items.size).fill(Number.NaN)
    const rated = this.rated(profile, bias, scratch)
    if (items) return Float32Array.from(items, (item) => this.score(rated, item))
    return Float32Array.from(scratch, (_, item) => this.score(rated, item))
  }

  private score({ bias, deviations }: Rated, item: number): number {
    const { k, minNeighbours } = this.hyperparameters
    const { offsets, neighbours, similarities } = this.table
    const most = k ?? Number.POSITIVE_INFINITY
    let found = 0
    let weight = 0
    let sum = 0
    for (let at = offsets[item]!; at < offsets[item + 1]! && found < most; at++) {
      const deviation = deviations[neighbours[at]!]!
      if (Number.isNaN(deviation)) continue
      found++
      weight += similarities[at]!
      sum += similarities[at]! * deviation
    }
    return found < minNeighbours ? this.baseline.estimate(bias, item) : this.base(bias, item) + sum / weight
  }

  /** Puts deviations into `scratch`, which holds NaN everywhere. */
  private rated(profile: readonly ProfileRating[], bias: number, scratch: Float64Array): Rated {
    for (const { item, rating } of profile) scratch[item] = rating - this.base(bias, item)
    return { bias, deviations: scratch }
  }

  private base(userBias: number, item: number): number {
    const { centre } = this.hyperparameters
    return centre === 'none' ? 0 : centre === 'mean' ? this.itemMeans[item]! : this.baseline.estimate(userBias, item)
  }

  private profileOf(user: number): ProfileRating[] {
    const { offsets, indices, values } = this.train.byUser()
    const profile: ProfileRating[] = []
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      profile.push({ item: indices[at]!, rating: values[at]! })
    }
    return profile
  }

  /** The mean of the similarities to the given items, 0 where an item is not among their nearest. */
  protected override similaritiesTo(given: readonly number[]): Float32Array {
    const { offsets, neighbours, similarities } = this.table
    const sums = new Float32Array(this.train.items.size)
    for (const item of given) {
      for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
        sums[neighbours[at]!]! += similarities[at]! / given.length
      }
    }
    return sums
  }

  /** Items that are near to none of the given are not in the answer. */
  override async similar(items: readonly number[], k = 10): Promise<Neighbour[]> {
    return (await super.similar(items, k)).filter(({ similarity }) => similarity > 0)
  }

  protected snapshot(): ModelState {
    const { offsets, neighbours, similarities } = this.table
    const { tensors, values } = this.baseline.state()
    return {
      tensors: {
        ...tensors,
        itemMeans: { shape: [this.itemMeans.length], data: this.itemMeans },
        offsets: { shape: [offsets.length], data: offsets },
        neighbours: { shape: [neighbours.length], data: neighbours },
        similarities: { shape: [similarities.length], data: similarities },
      },
      values,
    }
  }

  protected restore(state: ModelState): void {
    const { tensors } = state
    this.baseline = DampedBias.restore(state)
    this.itemMeans = tensors.itemMeans!.data as Float64Array<ArrayBuffer>
    this.table = {
      offsets: tensors.offsets!.data as Int32Array,
      neighbours: tensors.neighbours!.data as Int32Array,
      similarities: tensors.similarities!.data as Float32Array,
    }
  }
}

export const itemKnnDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'item-knn',
  kind: 'baseline',
  summary: "A user's own ratings of the movies most like this one, weighted by likeness.",
  source: 'Sarwar et al. 2001; similarities and shrinkage as in Koren 2010, section 3.1.',
  hyperparameters,
  create: (options) => new ItemKnn(options),
}
