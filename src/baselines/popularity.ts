import * as z from 'zod'
import type { Interactions } from '../data/interactions.ts'
import { BaseRecommender } from '../models/base.ts'
import type { Abilities, FitReport, ModelState, Pairs } from '../models/recommender.ts'
import type { ModelDefinition } from '../models/registry.ts'
import { solved } from './solved.ts'

const hyperparameters = z.object({
  minimumRating: z
    .number()
    .nullable()
    .default(null)
    .describe('Count only ratings of at least this; null counts all of them.'),
})

/**
 * How many users rated an item. It predicts no ratings: `predict` gives the share of the training users who rated the
 * item (at or above the threshold), the probability that a user nothing is known of would.
 */
class Popularity extends BaseRecommender {
  readonly name = 'popularity'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: false, foldIn: true, similar: false }
  private counts = new Float64Array()
  private users = 0

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions): FitReport {
    return solved(() => {
      const threshold = this.hyperparameters.minimumRating ?? Number.NEGATIVE_INFINITY
      const counts = new Float64Array(train.items.size)
      for (let n = 0; n < train.count; n++) if (train.rating[n]! >= threshold) counts[train.item[n]!]!++
      this.counts = counts
      this.users = new Set(train.user).size
    })
  }

  protected predictPairs({ item }: Pairs): Float32Array {
    return Float32Array.from(item, (i) => (i < 0 ? 0 : this.counts[i]! / this.users))
  }

  protected scoreUser(): Float32Array {
    return Float32Array.from(this.counts)
  }

  protected scoreProfile(): Float32Array {
    return this.scoreUser()
  }

  protected snapshot(): ModelState {
    return {
      tensors: { counts: { shape: [this.counts.length], data: this.counts } },
      values: { users: this.users },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.counts = tensors.counts!.data as Float64Array<ArrayBuffer>
    this.users = values.users as number
  }
}

export const popularityDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'popularity',
  kind: 'baseline',
  summary: 'The most rated movies, the same for everybody. Predicts no ratings.',
  source: 'Number of training ratings per item.',
  hyperparameters,
  create: (options) => new Popularity(options),
}
