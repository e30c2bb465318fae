import * as z from 'zod'
import type { Interactions } from '../data/interactions.ts'
import { BaseRecommender } from '../models/base.ts'
import type { Abilities, FitReport, ModelState, Pairs } from '../models/recommender.ts'
import type { ModelDefinition } from '../models/registry.ts'
import { dampedMeans } from './damped-means.ts'
import { solved } from './solved.ts'

const hyperparameters = z.object({
  damping: z
    .number()
    .min(0)
    .default(5)
    .describe('How many ratings of the overall mean each item starts with: few ratings say little.'),
})

/** Every item's damped mean rating, the same for everybody; items without ratings have the overall mean. */
class ItemMean extends BaseRecommender {
  readonly name = 'item-mean'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: false }
  private mean = 0
  private offsets = new Float64Array()

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions): FitReport {
    return solved(() => {
      const { rating, item, items } = train
      const mean = train.mean()
      this.mean = mean
      this.offsets = dampedMeans(item, items.size, this.hyperparameters.damping, (row) => rating[row]! - mean)
    })
  }

  protected predictPairs({ item }: Pairs): Float32Array {
    return Float32Array.from(item, (i) => this.mean + (i < 0 ? 0 : this.offsets[i]!))
  }

  protected scoreUser(): Float32Array {
    return Float32Array.from(this.offsets, (offset) => this.mean + offset)
  }

  protected scoreProfile(): Float32Array {
    return this.scoreUser()
  }

  protected snapshot(): ModelState {
    return {
      tensors: { offsets: { shape: [this.offsets.length], data: this.offsets } },
      values: { mean: this.mean },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.offsets = tensors.offsets!.data as Float64Array<ArrayBuffer>
    this.mean = values.mean as number
  }
}

export const itemMeanDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'item-mean',
  kind: 'baseline',
  summary: 'The mean rating of each movie, damped towards the overall mean.',
  source: 'mean + sum(r - mean) / (n + damping).',
  hyperparameters,
  create: (options) => new ItemMean(options),
}
