import type { AutoencoderHyperparameters } from './hyperparameters.ts'
import type { RowSettings } from './train.ts'
import { UserRowModel } from './user-rows.ts'

/**
 * System 2 (Lund and Ng): a user's ratings, some withheld, through a bottleneck to all ratings; the loss is that of the
 * withheld ones. Sparse at both ends: computed only where there are ratings.
 */
export class Autoencoder extends UserRowModel {
  readonly name = 'autoencoder'
  readonly hyperparameters: AutoencoderHyperparameters

  constructor(hyperparameters: AutoencoderHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected settings(): RowSettings {
    const { layers, activation, residual, presence, ...rest } = this.hyperparameters
    const { sparsity, sparsityWeight, sparsityTarget } = rest
    return {
      ...rest,
      shape: { layers, activation, residual, presence },
      sparsity: { kind: sparsity, weight: sparsityWeight, target: sparsityTarget },
    }
  }
}
