import type { AutorecHyperparameters } from './hyperparameters.ts'
import { ItemRowModel } from './item-rows.ts'
import type { RowSettings } from './train.ts'
import { UserRowModel } from './user-rows.ts'

/** AutoRec (Sedhain et al. 2015): one hidden layer, all ratings of a row in, the loss over all of them. */
function settingsOf({ hidden, activation, ...rest }: AutorecHyperparameters): RowSettings {
  return {
    ...rest,
    shape: { layers: [hidden], activation, residual: false, presence: false },
    withhold: 'none',
    sparsity: { kind: 'none', weight: 0, target: 0.5 },
  }
}

/** U-AutoRec: a row is a user's ratings. */
export class UserAutorec extends UserRowModel {
  readonly name = 'autorec'
  readonly hyperparameters: AutorecHyperparameters

  constructor(hyperparameters: AutorecHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected settings(): RowSettings {
    return settingsOf(this.hyperparameters)
  }
}

/** I-AutoRec: a row is an item's ratings. */
export class ItemAutorec extends ItemRowModel {
  readonly name = 'autorec'
  readonly hyperparameters: AutorecHyperparameters

  constructor(hyperparameters: AutorecHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected settings(): RowSettings {
    return settingsOf(this.hyperparameters)
  }

  protected foldInL2(): number {
    return this.hyperparameters.foldInL2
  }
}
