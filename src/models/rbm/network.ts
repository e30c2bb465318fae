import {
  add,
  cast,
  Graph,
  gather,
  gemm,
  mul,
  type Node,
  reduceSum,
  reshape,
  sigmoid,
  softmax,
  sub,
} from '../../engine/graph/index.ts'

export interface RbmShape {
  readonly items: number
  readonly levels: number
  readonly units: number
  readonly conditional: boolean
}

/** The machine's mean field in inference: probabilities of the hidden units, then the expected rating of every item. */
export class RbmNetwork {
  readonly graph = new Graph()
  readonly shape: RbmShape
  /** [items x levels, units], [items x levels, 1], [units] and [items, units]. */
  readonly weights: Node
  readonly visible: Node
  readonly hidden: Node
  readonly presence: Node | null

  constructor(shape: RbmShape) {
    const { items, levels, units, conditional } = shape
    this.shape = shape
    this.weights = this.graph.parameter('weights', [items * levels, units])
    this.visible = this.graph.parameter('visible', [items * levels])
    this.hidden = this.graph.parameter('hidden', [units])
    this.presence = conditional ? this.graph.parameter('presence', [items, units]) : null
  }

  get parameters(): Node[] {
    return [this.weights, this.visible, this.hidden, ...(this.presence ? [this.presence] : [])]
  }

  /** Expected ratings [B, items] for sums of weight (and presence) rows [B, units], the hidden bias not yet added. */
  expected(sums: Node, values: Float32Array): Node {
    const { items, levels } = this.shape
    const states = sigmoid(add(sums, this.hidden))
    const logits = add(gemm(states, this.weights, undefined, { transB: true }), this.visible)
    const chances = softmax(reshape(logits, [sums.shape[0]!, items, levels]))
    return reduceSum(mul(chances, this.graph.constant(values, { shape: [levels] })), [2])
  }

  /** The sums [1, units] of a profile: item (int32 [N]) and rating (float32 [N]). */
  profileSums(min: number, step: number): Node {
    const { graph } = this
    const { levels, units } = this.shape
    const item = graph.input('item', ['N'], { dtype: 'int32' })
    const level = cast(add(mul(sub(graph.input('rating', ['N']), min), 1 / step), 0.5), 'int32')
    const rows = gather(this.weights, add(mul(item, graph.constant(levels, { dtype: 'int32' })), level))
    const all = this.presence ? add(rows, gather(this.presence, item)) : rows
    return reshape(reduceSum(all, [0]), [1, units])
  }
}
