import {
  add,
  concat,
  dropout,
  Graph,
  gather,
  gemm,
  matmul,
  mul,
  type Node,
  reduceSum,
  relu,
  reshape,
  slice,
  square,
} from '../../engine/graph/index.ts'

/** Sizes of the network. */
export interface DnnShape {
  readonly users: number
  readonly items: number
  /** Embedding size. */
  readonly factors: number
  /** Units of the hidden layers, first to last. */
  readonly layers: readonly number[]
}

/** A dense layer's parameters. */
export interface DenseLayer {
  readonly weight: Node
  readonly bias: Node
  readonly inputs: number
  readonly outputs: number
}

/**
 * The embedding network of system 1: user and item embeddings, concatenated, through ReLU layers to one linear unit.
 * Every form of it (training, rating one pair, scoring all items, folding in a profile) is built of the same parameters.
 */
export class DnnNetwork {
  readonly graph = new Graph()
  readonly shape: DnnShape
  /** [users, factors] and [items, factors]. */
  readonly userTable: Node
  readonly itemTable: Node
  /** Hidden layers and the output unit. */
  readonly layers: readonly DenseLayer[]

  constructor(shape: DnnShape) {
    this.shape = shape
    const { users, items, factors, layers } = shape
    this.userTable = this.graph.parameter('users', [users, factors])
    this.itemTable = this.graph.parameter('items', [items, factors])
    const widths = [2 * factors, ...layers, 1]
    this.layers = widths.slice(1).map((outputs, l) => ({
      weight: this.graph.parameter(`layer${l}.weight`, [widths[l]!, outputs]),
      bias: this.graph.parameter(`layer${l}.bias`, [outputs]),
      inputs: widths[l]!,
      outputs,
    }))
  }

  /** Rows of the tables for inputs `user` and `item` (int32 [B]): two nodes [B, factors]. */
  rows(): { user: Node; item: Node } {
    const { graph } = this
    return {
      user: gather(this.userTable, graph.input('user', ['B'], { dtype: 'int32' })),
      item: gather(this.itemTable, graph.input('item', ['B'], { dtype: 'int32' })),
    }
  }

  /**
   * Predicted ratings [B, 1] from embeddings [B, factors]. `masks` are dropout masks, one for the concatenated
   * embeddings [B, 2 factors] and one per hidden layer [B, units]; null entries and no masks at all leave dropout out.
   */
  rate(user: Node, item: Node, masks: readonly (Node | null)[] = []): Node {
    const joined = drop(concat([user, item], 1), masks[0])
    const first = this.layers[0]!
    return this.head(gemm(joined, first.weight, first.bias), masks)
  }

  /** Ratings [B, items] of every item for embeddings [B, factors]: the first layer's item half is computed once, not per user. */
  rateAll(user: Node): Node {
    const { factors, items } = this.shape
    const first = this.layers[0]!
    const userPart = reshape(matmul(user, slice(first.weight, 0, 0, factors)), ['B', 1, first.outputs])
    const itemPart = this.itemPart(this.itemTable)
    return reshape(this.head(add(userPart, itemPart)), ['B', items])
  }

  /** The first layer's sum over the item half, bias included: [n, units] from item embeddings [n, factors]. */
  itemPart(item: Node): Node {
    const { factors } = this.shape
    const first = this.layers[0]!
    return add(matmul(item, slice(first.weight, 0, factors, 2 * factors)), first.bias)
  }

  /** The same for one user's embedding [1, factors] against n items' parts [n, units]: [n, 1]. */
  rateFor(user: Node, itemPart: Node): Node {
    const first = this.layers[0]!
    return this.head(add(matmul(user, slice(first.weight, 0, 0, this.shape.factors)), itemPart))
  }

  /** From the first layer's sums [..., units] to the output [..., 1]. */
  private head(sums: Node, masks: readonly (Node | null)[] = []): Node {
    let x = sums
    this.layers.forEach((layer, l) => {
      if (l === 0) return
      const hidden = drop(relu(x), masks[l])
      x =
        hidden.shape.length === 2
          ? gemm(hidden, layer.weight, layer.bias)
          : add(matmul(hidden, layer.weight), layer.bias)
    })
    return x
  }
}

/** l2 times the squared length of every row, summed: what each rating adds for its own user and item. */
export function rowPenalty(rows: readonly Node[], l2: number): Node {
  return mul(
    rows.map((row) => reduceSum(square(row))).reduce((a, b) => add(a, b)),
    l2,
  )
}

function drop(x: Node, mask: Node | null | undefined): Node {
  return mask ? dropout(x, mask) : x
}
