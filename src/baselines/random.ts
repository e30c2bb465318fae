import * as z from 'zod'
import type { Interactions } from '../data/interactions.ts'
import { BaseRecommender } from '../models/base.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs } from '../models/recommender.ts'
import type { ModelDefinition } from '../models/registry.ts'
import { solved } from './solved.ts'

/** How far a drawn rating may lie from its level: breaks the ties that ten levels would leave in a ranking. */
const spread = 0.01

/**
 * Chance: every rating is an independent draw from the distribution of the training ratings, and rankings follow the
 * draws. A draw depends on the seed, the user and the item alone, so it is the same whenever it is asked for.
 * Unknown users and all profiles share one row of draws.
 */
class RandomBaseline extends BaseRecommender {
  readonly name = 'random'
  readonly hyperparameters = {}
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: false }
  private seed = 1
  /** Distinct training ratings, ascending, and the share of ratings up to and including each. */
  private levels = new Float64Array()
  private shares = new Float64Array()

  protected fitModel(train: Interactions, { seed = 1 }: FitOptions): FitReport {
    return solved(() => {
      this.seed = seed
      const sorted = Float64Array.from(train.rating).sort()
      const ends = [...sorted.keys()].filter((n) => n + 1 === sorted.length || sorted[n + 1] !== sorted[n])
      this.levels = Float64Array.from(ends, (n) => sorted[n]!)
      this.shares = Float64Array.from(ends, (n) => (n + 1) / sorted.length)
    })
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    return Float32Array.from(user, (u, n) => this.draw(u, item[n]!))
  }

  protected scoreUser(user: number): Float32Array {
    return Float32Array.from({ length: this.train.items.size }, (_, item) => this.draw(user, item))
  }

  protected scoreProfile(): Float32Array {
    return this.scoreUser(-1)
  }

  /** Inverts the cumulative distribution at a uniform number made of the seed, the user and the item. */
  private draw(user: number, item: number): number {
    const known = this.isKnownUser(user) ? user : -1
    const bits = mix(mix(mix(this.seed ^ 0x5bd1e995) + known) ^ item)
    const uniform = bits / 0x1_0000_0000
    let level = 0
    while (this.shares[level]! <= uniform) level++
    return this.levels[level]! + spread * (mix(bits) / 0x1_0000_0000 - 0.5)
  }

  protected snapshot(): ModelState {
    const { levels, shares } = this
    return {
      tensors: { levels: { shape: [levels.length], data: levels }, shares: { shape: [shares.length], data: shares } },
      values: { seed: this.seed },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.levels = tensors.levels!.data as Float64Array<ArrayBuffer>
    this.shares = tensors.shares!.data as Float64Array<ArrayBuffer>
    this.seed = values.seed as number
  }
}

/** A well-spread 32-bit hash of an integer (a bijection: no two inputs collide). */
function mix(value: number): number {
  let x = (value + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

export const randomDefinition: ModelDefinition = {
  name: 'random',
  kind: 'baseline',
  summary: 'Chance: ratings drawn from the distribution of the training ratings, random rankings.',
  source: 'The lower end of every comparison.',
  hyperparameters: z.object({}),
  create: () => new RandomBaseline(),
}
