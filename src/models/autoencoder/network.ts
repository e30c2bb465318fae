import {
  abs,
  add,
  clip,
  div,
  dropout,
  Graph,
  gather,
  gemm,
  log,
  matmul,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  sigmoid,
  sub,
  tanh,
} from '../../engine/graph/index.ts'

export type Activation = 'relu' | 'sigmoid' | 'tanh' | 'linear'

/** Sizes and kind of a row network. */
export interface RowShape {
  /** Inputs and outputs: items where the rows are users. */
  readonly columns: number
  /** Units of the hidden layers, first to last; the smallest (the first of them) is the bottleneck. */
  readonly layers: readonly number[]
  readonly activation: Activation
  /** A hidden layer adds the values of the nearest earlier one of its width: its mirror image across the bottleneck. */
  readonly residual: boolean
  /** A second table tells which columns are rated, whatever the rating. */
  readonly presence: boolean
}

/** The activations as graph functions. */
export const activations: Readonly<Record<Activation, (x: Node) => Node>> = {
  relu,
  sigmoid,
  tanh,
  linear: (x) => x,
}

/**
 * An autoencoder over rows of ratings (Lund and Ng, section III-A; Sedhain et al. 2015): a sparse input layer, whose
 * weighted sums of table rows are fed; dense hidden layers; a sparse output layer, of which only the columns wanted are
 * computed. Both tables have one row per column. Training, scoring and the dense form for clusters share the parameters.
 */
export class RowNetwork {
  readonly graph = new Graph()
  readonly shape: RowShape
  /** [columns, first]: what a rating of 1 in a column adds to the first layer. */
  readonly input: Node
  /** [columns, first]: what a rating of any value adds; null unless asked for. */
  readonly presence: Node | null
  /** [first]. */
  readonly inputBias: Node
  /** Between hidden layers. */
  readonly dense: readonly { readonly weight: Node; readonly bias: Node }[]
  /** [columns, last] and [columns, 1]. */
  readonly output: Node
  readonly outputBias: Node

  constructor(shape: RowShape) {
    const { graph } = this
    const { columns, layers, presence } = shape
    this.shape = shape
    this.input = graph.parameter('input', [columns, layers[0]!])
    this.presence = presence ? graph.parameter('presence', [columns, layers[0]!]) : null
    this.inputBias = graph.parameter('layer0.bias', [layers[0]!])
    this.dense = layers.slice(1).map((units, l) => ({
      weight: graph.parameter(`layer${l + 1}.weight`, [layers[l]!, units]),
      bias: graph.parameter(`layer${l + 1}.bias`, [units]),
    }))
    this.output = graph.parameter('output', [columns, layers.at(-1)!])
    this.outputBias = graph.parameter('output.bias', [columns, 1])
  }

  /** Which hidden layer is the bottleneck. */
  get bottleneck(): number {
    const { layers } = this.shape
    return layers.indexOf(Math.min(...layers))
  }

  /** All parameters. */
  get parameters(): Node[] {
    return [...this.tables, this.inputBias, ...this.dense.flatMap(({ weight, bias }) => [weight, bias])]
  }

  /** Those with one row per column. */
  get tables(): Node[] {
    return [this.input, ...(this.presence ? [this.presence] : []), this.output, this.outputBias]
  }

  /**
   * The hidden layers' values [B, units] for sums of input rows [B, first]. `masks`: one dropout mask per layer, null
   * or missing: none.
   */
  hidden(sums: Node, masks: readonly (Node | null)[] = []): Node[] {
    const { layers, activation, residual } = this.shape
    const act = activations[activation]
    const values: Node[] = []
    layers.forEach((units, l) => {
      const { weight, bias } = l === 0 ? { weight: null, bias: this.inputBias } : this.dense[l - 1]!
      let x = act(weight ? gemm(values[l - 1]!, weight, bias) : add(sums, bias))
      const twin = residual ? layers.lastIndexOf(units, l - 1) : -1
      if (l > 0 && twin >= 0) x = add(x, values[twin]!)
      const mask = masks[l]
      values.push(mask ? dropout(x, mask) : x)
    })
    return values
  }

  /** Outputs [B, U] for the last hidden layer [B, last], rows of the output table [U, last] and of its bias [U, 1]. */
  rate(last: Node, rows: Node, bias: Node): Node {
    return add(gemm(last, rows, undefined, { transB: true }), reshape(bias, [bias.shape[0]!]))
  }

  /** Outputs [B, columns] of all columns. */
  rateAll(last: Node): Node {
    return this.rate(last, this.output, this.outputBias)
  }

  /** Rows of the output layer for the input `columns` (int32 [U]): [U, last] and [U, 1]. */
  columnRows(): { rows: Node; bias: Node } {
    const columns = this.graph.input('columns', ['U'], { dtype: 'int32' })
    return { rows: gather(this.output, columns), bias: gather(this.outputBias, columns) }
  }

  /**
   * The hidden layers from dense input rows [B, columns], the values that the bag would have been weighted by, and as
   * dense presence if the network knows it: for activation maximisation, which differentiates by them.
   */
  encodeDense(values: Node, presence?: Node): Node[] {
    const sums = matmul(values, this.input)
    if (!this.presence || !presence) return this.hidden(sums)
    return this.hidden(add(sums, matmul(presence, this.presence)))
  }
}

/** How the bottleneck is kept sparse. */
export interface Sparsity {
  /** `l1`: the mean |value|. `kl`: how far each unit's mean activity, tanh |value| (sigmoid units: the value), is from the target. */
  readonly kind: 'none' | 'l1' | 'kl'
  readonly weight: number
  /** Wanted mean activity, in (0, 1). */
  readonly target: number
}

/**
 * The penalty of bottleneck values [B, units], a scalar; null without one. `kl`: the sum over units of the
 * Kullback-Leibler divergence of Bernoulli distributions with the target and the mean activity of the batch (Ng 2011).
 */
export function sparsityPenalty(values: Node, activation: Activation, { kind, weight, target }: Sparsity): Node | null {
  if (kind === 'none' || weight === 0) return null
  if (kind === 'l1') return mul(reduceMean(abs(values)), weight)
  const activity = activation === 'sigmoid' ? values : tanh(abs(values))
  const mean = clip(reduceMean(activity, [0]), 1e-4, 1 - 1e-4)
  const on = mul(log(div(target, mean)), target)
  const off = mul(log(div(1 - target, sub(1, mean))), 1 - target)
  return mul(reduceSum(add(on, off)), weight)
}
