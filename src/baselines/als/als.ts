import { Random } from '../../core/random.ts'
import type { Csr, Interactions } from '../../data/interactions.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating } from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { FactorModel } from '../factors/factor-model.ts'
import { dot, drawRows, emptyRow, type Layout, layoutOf } from '../factors/factors.ts'
import { runFingerprint, runSweeps } from '../factors/sweeps.ts'
import { rankingLoss } from '../factors/validation.ts'
import { positiveWeight } from '../implicit.ts'
import { type AlsHyperparameters, alsHyperparameters } from './hyperparameters.ts'
import { explicitSolver, implicitSolver, type SideSolver } from './sides.ts'

/**
 * Matrix factorisation by alternating least squares: items are solved given the users, users given the items, exactly. The last
 * half-sweep is the users', so folding in a training user's ratings gives that user's scores. For implicit feedback it
 * predicts no ratings: `predict` gives p'q clipped to [0, 1], and who has no positive gets the items' shares of the training users.
 */
class Als extends FactorModel {
  readonly name = 'als'
  readonly hyperparameters: AlsHyperparameters
  readonly abilities: Abilities
  private solver: SideSolver | null = null
  private weightOf: (rating: number) => number = () => 1

  constructor(options: AlsHyperparameters) {
    super()
    this.hyperparameters = options
    this.abilities = { ratings: options.feedback === 'explicit', foldIn: true, similar: true }
  }

  private get implicit(): boolean {
    return this.hyperparameters.feedback === 'implicit'
  }

  protected override layoutNow(): Layout {
    const { factors, biases } = this.hyperparameters
    return layoutOf(factors, biases && !this.implicit)
  }

  protected fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const { factors, initSd, epochs, patience } = this.hyperparameters
    const { seed = 1, validation } = options
    const layout = this.layoutNow()
    const random = new Random(seed)
    this.layout = layout
    this.mean = this.implicit ? 0 : train.mean()
    this.userRows = drawRows(train.users.size, layout, 'user', initSd / Math.sqrt(factors), random)
    this.itemRows = drawRows(train.items.size, layout, 'item', 0, random)
    this.prepare()
    const [byUser, byItem] = [train.byUser(), train.byItem()]
    clearUnrated(byUser, this.userRows, emptyRow(layout, 'user'))
    return runSweeps(
      {
        epochs,
        patience,
        examples: train.count,
        state: { users: this.userRows, items: this.itemRows },
        sweep: () => {
          this.solveSide('item', byItem, this.userRows, this.itemRows)
          this.solveSide('user', byUser, this.itemRows, this.userRows)
          return this.loss(train)
        },
        validate: validation && (() => this.validationLoss(validation)),
        fingerprint: runFingerprint(this, train, options, seed),
      },
      options,
    )
  }

  private solveSide(
    side: 'user' | 'item',
    { offsets, ...entries }: Csr,
    others: Float64Array,
    rows: Float64Array,
  ): void {
    const { width } = this.layout
    const start = side === 'user' ? this.layout.userStart : this.layout.itemStart
    const solver = this.solver!
    solver.begin(others)
    for (let row = 0; row + 1 < offsets.length; row++) {
      const [at, end] = [offsets[row]!, offsets[row + 1]!]
      if (end > at) solver.solve(side, others, entries, at, end, rows, row * width + start)
    }
  }

  /** Mean squared error over the training ratings, or over the positives for implicit feedback. */
  private loss({ user, item, rating, count }: Interactions): number {
    const { width } = this.layout
    let squares = 0
    let weights = 0
    for (let n = 0; n < count; n++) {
      const weight = this.implicit ? this.weightOf(rating[n]!) : 1
      const target = this.implicit ? 1 : rating[n]! - this.mean
      weights += weight
      squares += weight * (target - dot(this.userRows, user[n]! * width, this.itemRows, item[n]! * width, width)) ** 2
    }
    return weights === 0 ? 0 : squares / weights
  }

  private validationLoss(validation: Interactions): Promise<number> {
    if (!this.implicit) return this.validationError(validation)
    return rankingLoss(this.train, validation, this.weightOf, async (user) => this.scoreUser(user))
  }

  protected solveProfile(indices: Int32Array, values: Float32Array): Float64Array {
    const row = emptyRow(this.layout, 'user')
    this.solver!.begin(this.itemRows)
    this.solver!.solve('user', this.itemRows, { indices, values }, 0, indices.length, row, this.layout.userStart)
    return row
  }

  protected override predictPairs(pairs: Pairs): Float32Array {
    const predicted = super.predictPairs(pairs)
    if (!this.implicit) return predicted
    const shares = this.popularity()
    return predicted.map((score, n) => {
      const item = pairs.item[n]!
      if (item < 0 || this.hasPositives(pairs.user[n]!)) return Math.min(1, Math.max(0, score))
      return shares[item]!
    })
  }

  protected override scoreUser(user: number): Float32Array {
    return this.implicit && !this.hasPositives(user) ? this.popularity() : super.scoreUser(user)
  }

  protected override scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    const none = this.implicit && profile.every(({ rating }) => this.weightOf(rating) === 0)
    return none ? this.popularity() : super.scoreProfile(profile)
  }

  protected override restore(state: ModelState): void {
    super.restore(state)
    this.prepare()
  }

  private prepare(): void {
    const { layout, mean, hyperparameters, train } = this
    this.weightOf = this.implicit ? positiveWeight(hyperparameters, train.scale) : () => 1
    this.solver = this.implicit
      ? implicitSolver(layout, this.weightOf, hyperparameters)
      : explicitSolver(layout, mean, hyperparameters)
  }

  private hasPositives(user: number): boolean {
    if (!this.isKnownUser(user)) return false
    const { offsets, values } = this.train.byUser()
    return values.subarray(offsets[user]!, offsets[user + 1]!).some((rating) => this.weightOf(rating) > 0)
  }

  /** The share of the training users who have the item as a positive. */
  private popularity(): Float32Array {
    const { item, rating, items, user } = this.train
    const shares = new Float32Array(items.size)
    for (let n = 0; n < item.length; n++) if (this.weightOf(rating[n]!) > 0) shares[item[n]!]!++
    const users = new Set(user).size
    return shares.map((count) => count / users)
  }
}

/** Rows without ratings must not weigh in the first half-sweep. */
function clearUnrated({ offsets }: Csr, rows: Float64Array, empty: Float64Array): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (offsets[row + 1] === offsets[row]) rows.set(empty, row * empty.length)
  }
}

export const alsDefinition: ModelDefinition<typeof alsHyperparameters.shape> = {
  name: 'als',
  kind: 'baseline',
  summary: 'Matrix factorisation by alternating least squares, of ratings or of implicit feedback (iALS).',
  source:
    'Zhou et al. 2008 (ALS-WR) with biases; Hu, Koren and Volinsky 2008 and Rendle et al. 2022 for implicit feedback.',
  hyperparameters: alsHyperparameters,
  create: (options) => new Als(options),
}
