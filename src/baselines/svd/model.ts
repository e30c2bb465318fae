import { throwIfAborted } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import { trainEpochs } from '../../engine/trainer/epochs.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating } from '../../models/recommender.ts'
import { DampedBias } from '../damped-bias.ts'
import { FactorModel } from '../factors/factor-model.ts'
import { emptyRow, type Layout, layoutOf } from '../factors/factors.ts'
import { runFingerprint } from '../factors/sweeps.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import type { SvdSettings } from './hyperparameters.ts'
import { SvdTask } from './task.ts'

/** Which of the three models it is. */
export interface SvdVariant {
  readonly name: string
  readonly biases: boolean
  readonly implicit: boolean
}

/** Of the baseline estimate that answers for whom a model without biases knows nothing of. */
const fallback = { damping: 5, sweeps: 1 }

/**
 * Factor models by stochastic gradient descent: mean (+ b_u + b_i) + q . p, for SVD++ with p + z, z the scaled sum of the
 * implicit factors of the user's items. A profile's user side is solved with the items fixed: ridge regression, each
 * rating charging the regularisation once as in training. Unknown users and items have no bias and no factors; the
 * model without biases answers for them by the damped baseline estimate.
 */
export class SvdModel extends FactorModel {
  readonly name: string
  readonly hyperparameters: SvdSettings
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  private readonly variant: SvdVariant
  private baseline!: DampedBias
  /** SVD++: items x factors, else empty. */
  private implicit = new Float32Array()

  constructor(variant: SvdVariant, settings: SvdSettings) {
    super()
    this.name = variant.name
    this.variant = variant
    this.hyperparameters = settings
  }

  protected override layoutNow(): Layout {
    return layoutOf(this.hyperparameters.factors, this.variant.biases)
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { factors, epochs, learningRate, decay, initialSd, patience, centre } = this.hyperparameters
    const { seed = 1, validation, onProgress, signal, checkpoint } = options
    throwIfAborted(signal, 'training')
    this.layout = this.layoutNow()
    this.baseline = DampedBias.fit(train, fallback.damping, fallback.sweeps)
    this.mean = centre === 'none' ? 0 : train.mean()
    const task = await SvdTask.create({
      ...{ train, seed, factors, initialSd, mean: this.mean, implicit: this.variant.implicit },
      l2: this.hyperparameters.regularisation,
      biasShare: this.variant.biases ? (this.hyperparameters.biasLearningRate ?? learningRate) / learningRate : 0,
      biasL2: this.biasL2,
      validate: validation && validation.count > 0 ? () => this.validate(task, validation) : undefined,
    })
    const report = await trainEpochs(task, {
      ...{ epochs, learningRate, patience: validation ? patience : null, onProgress, signal, checkpoint },
      schedule: { kind: 'step', every: 1, factor: decay },
      fingerprint: runFingerprint(this, train, options, seed),
    })
    this.take(task)
    return { ...report, seconds: (performance.now() - started) / 1000, repeatable: true }
  }

  private get biasL2(): number {
    return this.hyperparameters.biasRegularisation ?? this.hyperparameters.regularisation
  }

  private validate(task: SvdTask, validation: Interactions): Promise<number> {
    this.take(task)
    return this.validationError(validation)
  }

  /** Copies the weights as they are into rows of one dot product. */
  private take(task: SvdTask): void {
    const { factors, biases } = this.layout
    const { width, items, itemBias, userBias, implicit } = task.tables
    const rows = (side: 'user' | 'item', table: Float32Array, bias: Float32Array): Float64Array<ArrayBuffer> => {
      const empty = emptyRow(this.layout, side)
      const out = new Float64Array(bias.length * empty.length)
      for (let row = 0; row < bias.length; row++) {
        const at = row * empty.length
        out.set(empty, at)
        out.set(table.subarray(row * width, row * width + factors), at + (biases ? 1 : 0))
        if (biases) out[side === 'user' ? at + factors + 1 : at] = bias[row]!
      }
      return out
    }
    this.userRows = rows('user', task.userVectors(), userBias)
    this.itemRows = rows('item', items, itemBias)
    if (!this.variant.implicit) return
    this.implicit = new Float32Array(itemBias.length * factors)
    for (let item = 0; item < itemBias.length; item++) {
      this.implicit.set(implicit.subarray(item * width, item * width + factors), item * factors)
    }
  }

  protected solveProfile(items: Int32Array, ratings: Float32Array): Float64Array {
    const { factors, biases, width, unknowns, userStart } = this.layout
    const { regularisation } = this.hyperparameters
    const n = items.length
    const z = this.implicitSum(items)
    const first = biases ? 1 : 0
    const equations = new NormalEquations(unknowns)
    for (const [k, item] of items.entries()) {
      const at = item * width
      let known = this.mean + (biases ? this.itemRows[at]! : 0)
      for (let f = 0; f < factors; f++) known += z[f]! * this.itemRows[at + first + f]!
      equations.add(this.itemRows, at + userStart, 1, ratings[k]! - known)
    }
    equations.ridge(n * regularisation, factors)
    if (biases) equations.matrix[factors * (unknowns + 1)]! += n * this.biasL2
    const row = this.emptyUser()
    equations.solve(row, userStart)
    for (let f = 0; f < factors; f++) row[first + f]! += z[f]!
    return row
  }

  private implicitSum(items: Int32Array): Float64Array {
    const { factors } = this.layout
    const z = new Float64Array(factors)
    if (!this.variant.implicit) return z
    const scale = 1 / Math.sqrt(items.length)
    for (const item of items) for (let f = 0; f < factors; f++) z[f]! += scale * this.implicit[item * factors + f]!
    return z
  }

  protected override predictPairs(pairs: Pairs): Float32Array {
    const predicted = super.predictPairs(pairs)
    if (this.variant.biases) return predicted
    for (const [n, user] of pairs.user.entries()) {
      const item = pairs.item[n]!
      if (!this.isKnownUser(user) || item < 0 || !this.isNeighbourCandidate(item)) {
        predicted[n] = this.baseline.ofPair(user, item)
      }
    }
    return predicted
  }

  protected override scoreUser(user: number): Float32Array {
    return this.withBaseline(super.scoreUser(user), this.baseline.users[user]!, false)
  }

  protected override scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    const bias = this.baseline.ofProfile(profile.toSorted((a, b) => a.item - b.item))
    return this.withBaseline(super.scoreProfile(profile), bias, profile.length === 0)
  }

  /** Without biases: the baseline estimate in the place of scores of items (or everything) nothing is known of. */
  private withBaseline(scores: Float32Array, userBias: number, everything: boolean): Float32Array {
    if (this.variant.biases) return scores
    for (let item = 0; item < scores.length; item++) {
      if (everything || !this.isNeighbourCandidate(item)) scores[item] = this.baseline.estimate(userBias, item)
    }
    return scores
  }

  protected override snapshot(): ModelState {
    const { tensors, values } = super.snapshot()
    const baseline = this.baseline.state()
    const { factors } = this.layout
    const implicit: ModelState['tensors'] = this.variant.implicit
      ? { implicit: { shape: [this.implicit.length / factors, factors], data: this.implicit } }
      : {}
    return { tensors: { ...tensors, ...implicit, ...baseline.tensors }, values: { ...values, ...baseline.values } }
  }

  protected override restore(state: ModelState): void {
    super.restore(state)
    this.baseline = DampedBias.restore(state)
    this.implicit = (state.tensors.implicit?.data as Float32Array<ArrayBuffer> | undefined) ?? new Float32Array()
  }
}
