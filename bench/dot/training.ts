import type { Interactions } from '../../src/data/index.ts'
import { DotTrainer } from '../../src/engine/dot/trainer.ts'
import type { EpochContext } from '../../src/engine/trainer/epochs.ts'
import { embeddingDotHyperparameters } from '../../src/models/embedding-dot/hyperparameters.ts'
import { initialSides, settingsOf } from '../../src/models/embedding-dot/start.ts'

export const factors = 50

/** How embedding-dot is trained here: what differs from its defaults. */
export interface Recipe {
  readonly optimiser: 'sgd' | 'lazy-adam'
  readonly batch: number
  readonly learningRate: number
  /** On the learning rate, after every epoch. */
  readonly decay: number
  readonly l2: number
  readonly l2Bias: number
}

/** Found on a tenth of the data, by the epochs they take. */
export const sgd: Recipe = {
  ...{ optimiser: 'sgd', batch: 1, learningRate: 0.02, decay: 0.8, l2: 0.02, l2Bias: 0.002 },
}
export const adam: Recipe = {
  ...{ optimiser: 'lazy-adam', batch: 1024, learningRate: 0.01, decay: 0.7, l2: 0.03, l2Bias: 0.005 },
}

/** A run of embedding-dot on shared memory, an epoch at a time. */
export class Training {
  readonly trainer: DotTrainer
  private readonly recipe: Recipe
  private epoch = 0

  private constructor(trainer: DotTrainer, recipe: Recipe) {
    this.trainer = trainer
    this.recipe = recipe
  }

  static async start(
    train: Interactions,
    validation: Interactions | undefined,
    recipe: Recipe,
    threads: number,
  ): Promise<Training> {
    const { settings, initial } = setUp(train, recipe)
    const { users, items } = train
    const options = { ratings: train, users: users.size, items: items.size, validation, settings, initial }
    return new Training(await DotTrainer.create({ ...options, threads, seed: 1 }), recipe)
  }

  /** Seconds of the next epoch. */
  async run(): Promise<number> {
    const learningRate = this.recipe.learningRate * this.recipe.decay ** this.epoch++
    const context: EpochContext = {
      epoch: this.epoch,
      learningRate,
      rateAt: () => learningRate,
      cursor: null,
      report: () => {},
      stopping: () => false,
    }
    const started = performance.now()
    const outcome = await this.trainer.run(context)
    if (!('loss' in outcome)) throw new Error('the epoch was not finished')
    return (performance.now() - started) / 1000
  }
}

/** The settings and first weights of a recipe. */
export function setUp(train: Interactions, { optimiser, batch, learningRate, l2, l2Bias }: Recipe) {
  const all = embeddingDotHyperparameters.parse({ factors, optimiser, batch, learningRate, l2, l2Bias })
  return { settings: settingsOf(all, train), initial: initialSides(all, train, 1) }
}
