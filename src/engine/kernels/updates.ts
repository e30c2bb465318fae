import type { Address } from './views.ts'

/**
 * What every update shares. The gradient g becomes g + l2 w + l1 sign(w): the gradient of a penalty l2/2 w^2 + l1 |w|
 * (PyTorch's `weight_decay` is `l2`; Keras' `l2(c)` adds c w^2 to the loss, so there l2 = 2c). `keep` is
 * 1 - learning rate x decoupled weight decay: w is multiplied by it before the step (Loshchilov and Hutter 2019).
 */
export interface Regularised {
  readonly l1: number
  readonly l2: number
  readonly keep: number
}

/** Both bias corrections are folded in: w = keep w - stepSize m / (sqrt(v) + epsilon). */
export interface AdamStep extends Regularised {
  readonly stepSize: number
  readonly epsilon: number
  readonly beta1: number
  readonly beta2: number
  /**
   * Moments below it become zero. Moments of weights that get no gradient any more shrink, in the end to denormal
   * numbers, which slow the processor down tenfold. 0 or absent: not looked at, which is faster; now and then will do.
   */
  readonly least?: number
}

export interface SgdStep extends Regularised {
  readonly learningRate: number
  readonly momentum: number
  readonly nesterov: boolean
}

export interface AdagradStep extends Regularised {
  readonly learningRate: number
  readonly epsilon: number
}

/** The steps of an exact Adam that idle rows have yet to make; one entry per step since all rows were level. */
export interface IdleSteps {
  /** How many steps of the columns below have been made. */
  readonly count: number
  readonly stepSizes: Float32Array
  readonly epsilons: Float32Array
  readonly keeps: Float32Array
  readonly beta1: number
  readonly beta2: number
  readonly l1: number
  readonly l2: number
  /** Whether any of `keeps` is not 1. */
  readonly decays: boolean
}

/**
 * Updates in place: whole parameters, or the rows ids[0, n) of a table with gradients (n x dim) in the same order.
 * Momentum below 1e-30 becomes zero; for Adam's moments see AdamStep.
 */
export interface UpdateKernels {
  adam(weights: Float32Array, gradient: Float32Array, m: Float32Array, v: Float32Array, step: AdamStep): void
  adamRows(
    weights: Float32Array,
    dim: number,
    m: Float32Array,
    v: Float32Array,
    ids: Int32Array,
    n: number,
    gradients: Float32Array,
    step: AdamStep,
  ): void
  /**
   * Makes the steps last[id] .. steps.count - 1 with a gradient of zero, for rows ids[0, n) (ids null: all rows), and
   * sets last[id] = steps.count. Equals dense Adam; without l1 and l2 the moves after beta1^s < 1e-10 are left out.
   */
  catchUpAdam(
    weights: Float32Array,
    dim: number,
    m: Float32Array,
    v: Float32Array,
    last: Int32Array,
    ids: Int32Array | null,
    n: number,
    steps: IdleSteps,
  ): void
  /** `momentum` is the buffer, null without momentum. */
  sgd(weights: Float32Array, gradient: Float32Array, momentum: Float32Array | null, step: SgdStep): void
  sgdRows(
    weights: Float32Array,
    dim: number,
    momentum: Float32Array | null,
    ids: Int32Array,
    n: number,
    gradients: Float32Array,
    step: SgdStep,
  ): void
  adagrad(weights: Float32Array, gradient: Float32Array, sum: Float32Array, step: AdagradStep): void
  adagradRows(
    weights: Float32Array,
    dim: number,
    sum: Float32Array,
    ids: Int32Array,
    n: number,
    gradients: Float32Array,
    step: AdagradStep,
  ): void
  /** One sum per row: the mean over the row of g^2 is added to sum[id]. */
  rowAdagradRows(
    weights: Float32Array,
    dim: number,
    sum: Float32Array,
    ids: Int32Array,
    n: number,
    gradients: Float32Array,
    step: AdagradStep,
  ): void
  /** The sum of squares, in double precision. */
  sumOfSquares(x: Float32Array): number
  /** x *= factor. */
  scale(x: Float32Array, factor: number): void
  /** x limited to [-limit, limit]; NaN stays NaN. */
  clipValues(x: Float32Array, limit: number): void
  /** x += y: the gradients of parts of a batch, summed. */
  add(x: Float32Array, y: Float32Array): void
}

/** After how many steps without gradient Adam's first moment is below 1e-10 of what it was. */
export function idleLimit(beta1: number): number {
  return beta1 > 0 ? Math.ceil(Math.log(1e-10) / Math.log(beta1)) : 1
}

/** The compiled kernels' own signatures: addresses and numbers. */
export type UpdateExports = Record<
  | 'adam'
  | 'adamRows'
  | 'catchUpAdam'
  | 'sgd'
  | 'sgdRows'
  | 'adagrad'
  | 'adagradRows'
  | 'rowAdagradRows'
  | 'sumOfSquares'
  | 'scale'
  | 'clipValues'
  | 'add',
  (...values: (number | boolean)[]) => number
>

export function bindUpdates(wasm: UpdateExports, at: Address): UpdateKernels {
  const adamOf = (s: AdamStep) => [s.stepSize, s.epsilon, s.beta1, s.beta2, s.l1, s.l2, s.keep, s.least ?? 0] as const
  const sgdOf = (s: SgdStep) => [s.learningRate, s.momentum, s.nesterov, s.l1, s.l2, s.keep] as const
  const adagradOf = (s: AdagradStep) => [s.learningRate, s.epsilon, s.l1, s.l2, s.keep] as const
  /** The highest id decides how long the arrays must be; checking each would cost as much as a gather. */
  const rowsOf = (ids: Int32Array, n: number, gradients: Float32Array, dim: number) =>
    [at(ids, n, 'ids'), n, at(gradients, n * dim, 'gradients')] as const
  return {
    adam(weights, gradient, m, v, step) {
      const n = weights.length
      wasm.adam(
        at(weights, n, 'weights'),
        at(gradient, n, 'gradient'),
        at(m, n, 'm'),
        at(v, n, 'v'),
        n,
        ...adamOf(step),
      )
    },
    adamRows(weights, dim, m, v, ids, n, gradients, step) {
      const size = weights.length
      const w = at(weights, size, 'weights')
      wasm.adamRows(w, at(m, size, 'm'), at(v, size, 'v'), dim, ...rowsOf(ids, n, gradients, dim), ...adamOf(step))
    },
    catchUpAdam(weights, dim, m, v, last, ids, n, steps) {
      const size = weights.length
      wasm.catchUpAdam(
        at(weights, size, 'weights'),
        at(m, size, 'm'),
        at(v, size, 'v'),
        dim,
        at(last, size / dim, 'last'),
        ids ? at(ids, n, 'ids') : 0,
        ids ? n : size / dim,
        steps.count,
        idleLimit(steps.beta1),
        at(steps.stepSizes, steps.count, 'stepSizes'),
        at(steps.epsilons, steps.count, 'epsilons'),
        at(steps.keeps, steps.count, 'keeps'),
        steps.beta1,
        steps.beta2,
        steps.l1,
        steps.l2,
        steps.decays,
      )
    },
    sgd(weights, gradient, momentum, step) {
      const n = weights.length
      const b = momentum ? at(momentum, n, 'momentum') : 0
      wasm.sgd(at(weights, n, 'weights'), at(gradient, n, 'gradient'), b, n, ...sgdOf(step))
    },
    sgdRows(weights, dim, momentum, ids, n, gradients, step) {
      const b = momentum ? at(momentum, weights.length, 'momentum') : 0
      wasm.sgdRows(at(weights, 0, 'weights'), b, dim, ...rowsOf(ids, n, gradients, dim), ...sgdOf(step))
    },
    adagrad(weights, gradient, sum, step) {
      const n = weights.length
      const g = at(gradient, n, 'gradient')
      wasm.adagrad(at(weights, n, 'weights'), g, at(sum, n, 'sum'), n, ...adagradOf(step))
    },
    adagradRows(weights, dim, sum, ids, n, gradients, step) {
      const s = at(sum, weights.length, 'sum')
      wasm.adagradRows(at(weights, 0, 'weights'), s, dim, ...rowsOf(ids, n, gradients, dim), ...adagradOf(step))
    },
    rowAdagradRows(weights, dim, sum, ids, n, gradients, step) {
      const s = at(sum, weights.length / dim, 'sum')
      wasm.rowAdagradRows(at(weights, 0, 'weights'), s, dim, ...rowsOf(ids, n, gradients, dim), ...adagradOf(step))
    },
    sumOfSquares: (x) => wasm.sumOfSquares(at(x, 0, 'x'), x.length),
    scale: (x, factor) => void wasm.scale(at(x, 0, 'x'), x.length, factor),
    clipValues: (x, limit) => void wasm.clipValues(at(x, 0, 'x'), x.length, limit),
    add: (x, y) => void wasm.add(at(x, 0, 'x'), at(y, x.length, 'y'), x.length),
  }
}
