import {
  add,
  dropout,
  Graph,
  gather,
  gemm,
  matmul,
  mul,
  type Node,
  reduceSum,
  reshape,
  softmax,
} from '../../engine/graph/index.ts'
import { type Activation, activations } from '../autoencoder/network.ts'

export interface QueryShape {
  readonly items: number
  readonly layers: readonly number[]
  readonly activation: Activation
  /** Classes, or 1 for regression. */
  readonly outputs: number
}

/**
 * Lund and Ng's first network (sections III-A and III-A-2): a user's row of ratings and a one-hot item, both into one
 * dense stack, one prediction out. A one-hot item times a matrix is a row of it, so the query is an embedding added to the first layer.
 */
export class QueryNetwork {
  readonly graph = new Graph()
  readonly shape: QueryShape
  /** [items, first]: of the row's ratings. */
  readonly input: Node
  /** [items, first]: of the one-hot item. */
  readonly query: Node
  readonly inputBias: Node
  /** Hidden layers after the first, and the output. */
  readonly dense: readonly {
    readonly weight: Node
    readonly bias: Node
    readonly inputs: number
    readonly outputs: number
  }[]

  constructor(shape: QueryShape) {
    const { graph } = this
    const { items, layers, outputs } = shape
    this.shape = shape
    this.input = graph.parameter('input', [items, layers[0]!])
    this.query = graph.parameter('query', [items, layers[0]!])
    this.inputBias = graph.parameter('layer0.bias', [layers[0]!])
    const widths = [...layers, outputs]
    this.dense = widths.slice(1).map((units, l) => ({
      weight: graph.parameter(`layer${l + 1}.weight`, [widths[l]!, units]),
      bias: graph.parameter(`layer${l + 1}.bias`, [units]),
      inputs: widths[l]!,
      outputs: units,
    }))
  }

  get parameters(): Node[] {
    return [this.input, this.query, this.inputBias, ...this.dense.flatMap(({ weight, bias }) => [weight, bias])]
  }

  /** Rows of the query table for input `item` (int32 [B]). */
  queries(): Node {
    return gather(this.query, this.graph.input('item', ['B'], { dtype: 'int32' }))
  }

  /** Outputs [..., outputs] for sums of input rows and query rows that broadcast to [..., first]. */
  head(sums: Node, queries: Node, masks: readonly Node[] = []): Node {
    const act = activations[this.shape.activation]
    const drop = (x: Node, l: number): Node => (masks[l] ? dropout(x, masks[l]) : x)
    let x = drop(act(add(add(sums, queries), this.inputBias)), 0)
    this.dense.forEach(({ weight, bias }, l) => {
      const z = x.shape.length === 2 ? gemm(x, weight, bias) : add(matmul(x, weight), bias)
      x = l + 1 < this.dense.length ? drop(act(z), l + 1) : z
    })
    return x
  }

  /** Predictions [B] of the queries, from head()'s outputs [B, outputs]: themselves, or the expected value of the classes. */
  predicted(outputs: Node, values: Float32Array): Node {
    const { outputs: classes } = this.shape
    const rated = classes === 1 ? outputs : mul(softmax(outputs), this.graph.constant(values, { shape: [classes] }))
    return reduceSum(rated, [rated.shape.length - 1])
  }

  /** Predictions [B] of one item each, whose query rows are given, for sums; both [B, first]. */
  one(sums: Node, queries: Node, values: Float32Array): Node {
    return this.predicted(this.head(sums, queries), values)
  }

  /** Predictions [B, items] of all items for sums [B, first]. */
  all(sums: Node, values: Float32Array): Node {
    const first = this.shape.layers[0]!
    return this.predicted(this.head(reshape(sums, ['B', 1, first]), this.query), values)
  }
}
