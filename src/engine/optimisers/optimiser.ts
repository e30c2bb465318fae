import type { Bags } from '../kernels/bag.ts'

/** How a parameter is updated. Every kind takes the penalties and the decoupled decay of `Penalties`. */
export type OptimiserOptions = SgdOptions | AdamOptions | AdagradOptions

/** Plain gradient descent; momentum as PyTorch's (no dampening). */
export interface SgdOptions extends Penalties {
  readonly kind: 'sgd'
  /** Default 0. */
  readonly momentum?: number
  /** Default false. */
  readonly nesterov?: boolean
}

/**
 * Adam (Kingma and Ba 2015), bias-corrected, epsilon added after the correction as in PyTorch. `adamw` differs only in
 * a default weightDecay of 0.01. For tables both are exact: rows without a gradient keep moving, as Keras' and
 * PyTorch's dense embeddings do. `lazy-adam` (tables only) updates touched rows only and adds epsilon before the
 * correction, as PyTorch's SparseAdam.
 */
export interface AdamOptions extends Penalties {
  readonly kind: 'adam' | 'adamw' | 'lazy-adam'
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

/** Adagrad (Duchi et al. 2011); `row-adagrad` (tables only) keeps one sum per row, of the mean squared gradient. */
export interface AdagradOptions extends Penalties {
  readonly kind: 'adagrad' | 'row-adagrad'
  /** Default 1e-10. */
  readonly epsilon?: number
  /** What the sums of squares start from. Default 0. */
  readonly initialSum?: number
}

export const isAdam = (options: OptimiserOptions): options is AdamOptions => /^(lazy-)?adamw?$/.test(options.kind)

/** Three different things, all 0 by default. `lazy-adam` and the table forms of sgd and adagrad apply them to touched rows only. */
export interface Penalties {
  /** Gradient + l1 sign(w): the penalty l1 |w|. */
  readonly l1?: number
  /** Gradient + l2 w: the penalty l2/2 w^2. PyTorch's `weight_decay`; half of Keras' `l2(c)`, which is l2 = 2c. */
  readonly l2?: number
  /** Decoupled (Loshchilov and Hutter 2019): w = w (1 - learning rate x weightDecay) before the step. */
  readonly weightDecay?: number
}

/** What a checkpoint keeps of an optimiser besides the weights: views, not copies. */
export interface OptimiserState {
  readonly views: Readonly<Record<string, Float32Array | Int32Array>>
  /** Numbers, for JSON. */
  readonly counters: Readonly<Record<string, number>>
}

interface Optimiser {
  readonly options: OptimiserOptions
  /** State for a checkpoint; taken between steps. The views are live. */
  state(): OptimiserState
  /** Takes back what state() gave. RangeError where names or lengths differ. */
  restore(state: OptimiserState): void
}

/** Updates one whole parameter from a gradient of the same length. */
export interface DenseOptimiser extends Optimiser {
  readonly weights: Float32Array
  readonly gradient: Float32Array
  step(learningRate: number): void
}

/**
 * Updates an embedding table (rows x dim). A step is: gather() for the forward pass, accumulate() once or more,
 * then step(). Negative ids read as zeros and take no gradient.
 */
export interface TableOptimiser extends Optimiser {
  readonly weights: Float32Array
  readonly dim: number
  /** out[r] = row ids[r], up to date. Always read rows through this while training. */
  gather(ids: Int32Array, n: number, out: Float32Array): void
  /** Adds gradients (n x dim) of the rows ids[0, n), duplicates summed. Returns how many different rows have one. */
  accumulate(ids: Int32Array, n: number, gradients: Float32Array): number
  /** out[b] = the (weighted) sum or mean of the rows of bag b, up to date. */
  gatherBags(bags: Bags, out: Float32Array): void
  /** accumulate() for gradients (bags x dim) of what gatherBags() gave. */
  accumulateBags(bags: Bags, gradients: Float32Array): number
  /** The summed gradients since the last step (touched rows x dim), for clipping in place. */
  touchedGradient(): Float32Array
  /** Updates the touched rows and forgets the gradients. */
  step(learningRate: number): void
  /** Brings every row up to date, so that `weights` may be read as a whole: before evaluating, exporting, saving the model. */
  flush(): void
}

/** Copies a checkpoint's views back, checking names and lengths. */
export function restoreViews(target: OptimiserState['views'], source: OptimiserState['views']): void {
  for (const [name, view] of Object.entries(target)) {
    const saved = source[name]
    if (!saved || saved.length !== view.length) {
      throw new RangeError(
        `optimiser state "${name}": ${view.length} numbers expected, ${saved?.length ?? 'none'} given`,
      )
    }
    view.set(saved)
  }
}
