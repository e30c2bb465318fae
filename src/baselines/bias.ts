import * as z from 'zod'
import type { Interactions } from '../data/interactions.ts'
import { BaseRecommender } from '../models/base.ts'
import type { Abilities, FitReport, ModelState, Pairs, ProfileRating } from '../models/recommender.ts'
import type { ModelDefinition } from '../models/registry.ts'
import { dampedMeans } from './damped-means.ts'
import { solved } from './solved.ts'

const hyperparameters = z.object({
  itemDamping: z.number().min(0).default(5).describe('Ratings of "no deviation" each item starts with.'),
  userDamping: z.number().min(0).default(5).describe('Ratings of "no deviation" each user starts with.'),
  sweeps: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('How often items and then users are computed, each from the other; 1 is the usual baseline.'),
})

/**
 * The damped bias baseline: rating = mean + b_item + b_user. Item biases are damped means of what the ratings differ
 * from the mean, user biases of what is then left (Koren 2008, section 2.1; the default damping of 5 and the order are LensKit's).
 * Fold-in computes the user bias of a profile by the same formula: a training user's own ratings give that user's scores.
 */
class Bias extends BaseRecommender {
  readonly name = 'bias'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: false }
  private mean = 0
  private itemBias = new Float64Array()
  private userBias = new Float64Array()

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions): FitReport {
    return solved(() => {
      const { itemDamping, userDamping, sweeps } = this.hyperparameters
      const { user, item, rating } = train
      const mean = train.mean()
      let users = new Float64Array(train.users.size)
      let items = new Float64Array(train.items.size)
      for (let sweep = 0; sweep < sweeps; sweep++) {
        items = dampedMeans(item, items.length, itemDamping, (row) => rating[row]! - mean - users[user[row]!]!)
        users = dampedMeans(user, users.length, userDamping, (row) => rating[row]! - mean - items[item[row]!]!)
      }
      this.mean = mean
      this.userBias = users
      this.itemBias = items
    })
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    return Float32Array.from(user, (u, n) => {
      const i = item[n]!
      return this.mean + (i < 0 ? 0 : this.itemBias[i]!) + (u < 0 ? 0 : this.userBias[u]!)
    })
  }

  protected scoreUser(user: number): Float32Array {
    return this.scoresWith(this.userBias[user]!)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    let sum = 0
    for (const { item, rating } of profile) sum += rating - this.mean - this.itemBias[item]!
    return this.scoresWith(profile.length === 0 ? 0 : sum / (profile.length + this.hyperparameters.userDamping))
  }

  private scoresWith(userBias: number): Float32Array {
    return Float32Array.from(this.itemBias, (itemBias) => this.mean + itemBias + userBias)
  }

  protected snapshot(): ModelState {
    return {
      tensors: {
        itemBias: { shape: [this.itemBias.length], data: this.itemBias },
        userBias: { shape: [this.userBias.length], data: this.userBias },
      },
      values: { mean: this.mean },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.itemBias = tensors.itemBias!.data as Float64Array<ArrayBuffer>
    this.userBias = tensors.userBias!.data as Float64Array<ArrayBuffer>
    this.mean = values.mean as number
  }
}

export const biasDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'bias',
  kind: 'baseline',
  summary: 'Overall mean plus a damped deviation for each movie and each user.',
  source: 'Koren 2008, section 2.1, with sequential damped means as in LensKit.',
  hyperparameters,
  create: (options) => new Bias(options),
}
