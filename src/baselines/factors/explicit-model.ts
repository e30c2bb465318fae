import { Random } from '../../core/random.ts'
import type { ItemTable } from '../../data/dataset.ts'
import type { Csr, Interactions } from '../../data/interactions.ts'
import type { FitOptions, FitReport } from '../../models/recommender.ts'
import { requireItems } from '../content/features.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import { addRatings, addRidge, ridgeOf } from './explicit.ts'
import { FactorModel } from './factor-model.ts'
import { dot, drawRows, emptyRow, type Layout, layoutOf } from './factors.ts'
import { runFingerprint, runSweeps } from './sweeps.ts'

export interface ExplicitOptions {
  readonly factors: number
  readonly epochs: number
  readonly regularisation: number
  readonly biasRegularisation: number
  readonly exponent: number
  readonly initSd: number
  readonly patience: number | null
}

/**
 * Biased matrix factorisation of ratings by alternating least squares in which items have further terms, from what is known of
 * them. Items without ratings are solved too: their terms place them among the others.
 */
export abstract class ExplicitModel extends FactorModel {
  abstract override readonly hyperparameters: ExplicitOptions & Readonly<Record<string, unknown>>

  /** Called once, before the first sweep; returns what else the sweeps change, for checkpoints. */
  protected abstract prepareItems(items: ItemTable, train: Interactions): Readonly<Record<string, Float64Array>>
  /** Called at the start of every sweep, items being as the last sweep left them. */
  protected abstract beginSweep(epoch: number): void
  /** Adds the further terms of an item to its equations for (bias, q). */
  protected abstract addItemTerms(equations: NormalEquations, item: number): void

  protected override layoutNow(): Layout {
    return layoutOf(this.hyperparameters.factors, true)
  }

  protected fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const { factors, initSd, epochs, patience } = this.hyperparameters
    const { seed = 1, validation } = options
    const items = requireItems(this.name, options.items, train)
    const random = new Random(seed)
    this.layout = this.layoutNow()
    this.mean = train.mean()
    const sd = initSd / Math.sqrt(factors)
    this.userRows = drawRows(train.users.size, this.layout, 'user', sd, random)
    this.itemRows = drawRows(train.items.size, this.layout, 'item', sd, random)
    const further = this.prepareItems(items, train)
    const [byUser, byItem] = [train.byUser(), train.byItem()]
    const equations = new NormalEquations(this.layout.unknowns)
    const nobody = emptyRow(this.layout, 'user')
    for (let u = 0; u < train.users.size; u++) {
      if (byUser.offsets[u] === byUser.offsets[u + 1]) this.userRows.set(nobody, u * nobody.length)
    }
    return runSweeps(
      {
        epochs,
        patience,
        examples: train.count,
        state: { users: this.userRows, items: this.itemRows, ...further },
        sweep: (epoch) => {
          this.beginSweep(epoch)
          this.solveItems(byItem, equations)
          this.solveUsers(byUser, equations)
          return this.loss(train)
        },
        validate: validation && (() => this.validationError(validation)),
        fingerprint: runFingerprint(this, train, options, seed),
      },
      options,
    )
  }

  private solveItems({ offsets, ...entries }: Csr, equations: NormalEquations): void {
    const { layout, mean, userRows, itemRows } = this
    for (let item = 0; item + 1 < offsets.length; item++) {
      const [at, end] = [offsets[item]!, offsets[item + 1]!]
      equations.reset()
      addRatings(equations, 'item', layout, userRows, entries, at, end, mean)
      addRidge(equations, 'item', layout, ridgeOf(this.hyperparameters, Math.max(1, end - at)))
      this.addItemTerms(equations, item)
      equations.solve(itemRows, item * layout.width + layout.itemStart)
    }
  }

  private solveUsers({ offsets, ...entries }: Csr, equations: NormalEquations): void {
    const { layout, userRows } = this
    for (let user = 0; user + 1 < offsets.length; user++) {
      const [at, end] = [offsets[user]!, offsets[user + 1]!]
      if (end > at) this.solveUser(equations, entries, at, end, userRows, user * layout.width + layout.userStart)
    }
  }

  private solveUser(
    equations: NormalEquations,
    entries: Pick<Csr, 'indices' | 'values'>,
    at: number,
    end: number,
    out: Float64Array,
    to: number,
  ): void {
    equations.reset()
    addRatings(equations, 'user', this.layout, this.itemRows, entries, at, end, this.mean)
    addRidge(equations, 'user', this.layout, ridgeOf(this.hyperparameters, end - at))
    equations.solve(out, to)
  }

  protected solveProfile(indices: Int32Array, values: Float32Array): Float64Array {
    const row = emptyRow(this.layout, 'user')
    const equations = new NormalEquations(this.layout.unknowns)
    this.solveUser(equations, { indices, values }, 0, indices.length, row, this.layout.userStart)
    return row
  }

  private loss({ user, item, rating, count }: Interactions): number {
    const { width } = this.layout
    let squares = 0
    for (let n = 0; n < count; n++) {
      const predicted = this.mean + dot(this.userRows, user[n]! * width, this.itemRows, item[n]! * width, width)
      squares += (rating[n]! - predicted) ** 2
    }
    return squares / count
  }

  /** Features make a neighbour of an item nobody has rated too. */
  protected override isNeighbourCandidate(): boolean {
    return true
  }
}
