import type { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { ExplainableNetwork } from './network.ts'
import { ExplainableRuntime } from './runtime.ts'

type Weights = Readonly<Record<string, Float32Array>>

/** Ratings that the statistics are estimated from: enough for a mean and a variance of each unit. */
const sampled = 16_384

/**
 * The mean of the weights as they stand at the end of each epoch from a given one on (Izmailov et al. 2018, "Averaging weights
 * leads to wider optima"): it takes away the noise that small batches and dropout leave in the last epoch's. Before that epoch it
 * is the weights themselves. The statistics of the normalisation are not averaged but measured anew on training ratings, without
 * dropout: an average varies less than what it was made of, so that the running ones would not fit it.
 */
export class WeightAverage {
  /** By the names of the live weights and statistics. */
  readonly weights: Weights
  readonly runtime: ExplainableRuntime
  private readonly from: number
  private readonly live: Weights
  private readonly users: Int32Array
  private readonly items: Int32Array

  constructor(
    network: ExplainableNetwork,
    live: Weights,
    train: Interactions,
    { from, random, threads }: { from: number; random: Random; threads: number },
  ) {
    this.live = live
    this.from = from
    this.weights = Object.fromEntries(Object.entries(live).map(([name, view]) => [name, view.slice()]))
    this.runtime = new ExplainableRuntime(network, this.weights, threads)
    const rows = random.shuffle(Int32Array.from(train.user.keys())).subarray(0, sampled)
    this.users = rows.map((row) => train.user[row]!)
    this.items = rows.map((row) => train.item[row]!)
  }

  /** What a checkpoint has to hold. */
  get state(): Weights {
    return Object.fromEntries(Object.entries(this.weights).map(([name, view]) => [`average.${name}`, view]))
  }

  /** To be called at the end of every epoch, from 1. */
  async take(epoch: number): Promise<void> {
    const n = Math.max(1, epoch - this.from + 1)
    for (const [name, mean] of Object.entries(this.weights)) {
      const now = this.live[name]!
      for (let i = 0; i < mean.length; i++) mean[i]! += (now[i]! - mean[i]!) / n
    }
    await this.runtime.measureStatistics(this.users, this.items)
  }
}
