import {
  add,
  batchNorm,
  concat,
  div,
  dropout,
  Graph,
  gather,
  gemm,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
} from '../../engine/graph/index.ts'

/** Sizes and parts of the network. */
export interface NetworkShape {
  readonly users: number
  readonly items: number
  /** Embedding size. */
  readonly factors: number
  /** Units of the hidden layers, first to last. */
  readonly layers: readonly number[]
  readonly attention: boolean
  readonly batchNorm: boolean
  /** A bias of user and item before the sigmoid. */
  readonly biases: boolean
  /** The sigmoid is stretched over this range. */
  readonly scale: { readonly min: number; readonly max: number }
}

/** A hidden layer: product, batch normalisation (shift alone without it), ReLU. */
export interface HiddenLayer {
  /** [inputs, outputs]. No bias: the normalisation would take it away again, and `beta` is one. */
  readonly weight: Node
  /** [outputs]. */
  readonly beta: Node
  /** Scale and running statistics, [outputs]; null without batch normalisation. */
  readonly norm: { readonly gamma: Node; readonly mean: Node; readonly variance: Node } | null
}

/** The two sides of B pairs: embeddings [B, factors], biases [B, 1]. */
export interface Sides {
  readonly user: Node
  readonly item: Node
  readonly userBias: Node | null
  readonly itemBias: Node | null
}

/** What items bring into the first layer, computed once for many users: [n, units], attention score and bias [n, 1]. */
export interface ItemParts {
  readonly part: Node
  readonly score: Node | null
  readonly bias: Node | null
}

/** Results [B, 1]: the sigmoid's output and the rating on the scale; attention weights [B, 2] of user and item. */
export interface Rated {
  readonly strength: Node
  readonly rating: Node
  readonly attention: Node | null
}

/** What batch normalisation adds to a variance: PyTorch's default. */
export const epsilon = 1e-5

/**
 * System 3. Two embeddings; a softmax over one learned score of each gives two weights that sum to 1, and each embedding
 * is multiplied by its own before they are concatenated; hidden layers of Dense, batch normalisation, ReLU and dropout;
 * one sigmoid unit stretched over the rating range. The paper names the two weights and gives no equation: this is ours.
 * All forms (training, inference, scoring, folding in) are built of the same parameters.
 */
export class ExplainableNetwork {
  readonly graph = new Graph()
  readonly shape: NetworkShape
  /** [users, factors] and [items, factors]; [users, 1] and [items, 1]. */
  readonly tables: { readonly user: Node; readonly item: Node; readonly userBias: Node; readonly itemBias: Node }
  /** Scores: embedding [factors] times `user` or `item` [factors, 1], plus `bias` [1, 2]. */
  readonly gate: { readonly user: Node; readonly item: Node; readonly bias: Node }
  readonly hidden: readonly HiddenLayer[]
  readonly output: { readonly weight: Node; readonly bias: Node }

  constructor(shape: NetworkShape) {
    this.shape = shape
    const { graph } = this
    const { users, items, factors, layers } = shape
    this.tables = {
      user: graph.parameter('users', [users, factors]),
      item: graph.parameter('items', [items, factors]),
      userBias: graph.parameter('userBias', [users, 1]),
      itemBias: graph.parameter('itemBias', [items, 1]),
    }
    this.gate = {
      user: graph.parameter('attention.user', [factors, 1]),
      item: graph.parameter('attention.item', [factors, 1]),
      bias: graph.parameter('attention.bias', [1, 2]),
    }
    const widths = [2 * factors, ...layers]
    this.hidden = layers.map((units, l) => ({
      weight: graph.parameter(`layer${l}.weight`, [widths[l]!, units]),
      beta: graph.parameter(`layer${l}.beta`, [units]),
      norm: shape.batchNorm
        ? {
            gamma: graph.parameter(`layer${l}.gamma`, [units]),
            mean: graph.parameter(`layer${l}.mean`, [units]),
            variance: graph.parameter(`layer${l}.variance`, [units]),
          }
        : null,
    }))
    this.output = {
      weight: graph.parameter('output.weight', [widths.at(-1)!, 1]),
      bias: graph.parameter('output.bias', [1]),
    }
  }

  /** Parameters that the optimiser moves as a whole: all but tables and running statistics. */
  weights(): Node[] {
    const { gate, hidden, output, shape } = this
    return [
      ...(shape.attention ? [gate.user, gate.item, gate.bias] : []),
      ...hidden.flatMap(({ weight, beta, norm }) => [weight, beta, ...(norm ? [norm.gamma] : [])]),
      output.weight,
      output.bias,
    ]
  }

  /** The running statistics of the hidden layers, in order; empty without batch normalisation. */
  statistics(): { mean: Node; variance: Node }[] {
    return this.hidden.flatMap(({ norm }) => (norm ? [norm] : []))
  }

  /** Rows of the tables for inputs `user` and `item` (int32 [B]). */
  rows(): Sides {
    const user = this.graph.input('user', ['B'], { dtype: 'int32' })
    return { ...this.itemRows(), user: gather(this.tables.user, user), userBias: this.biasOf('userBias', user) }
  }

  /** The item half of rows(). */
  itemRows(): { item: Node; itemBias: Node | null } {
    const item = this.graph.input('item', ['B'], { dtype: 'int32' })
    return { item: gather(this.tables.item, item), itemBias: this.biasOf('itemBias', item) }
  }

  /**
   * Training form: ratings [B, 1] and the statistics of the batch, layer by layer. `masks` are dropout masks, one for the
   * concatenated embeddings [B, 2 factors] and one per hidden layer [B, units]; null leaves dropout out.
   */
  train(sides: Sides, masks: readonly (Node | null)[]): { rating: Node; statistics: { mean: Node; variance: Node }[] } {
    const statistics: { mean: Node; variance: Node }[] = []
    let x = dropped(this.joined(sides, this.attention(sides)), masks[0])
    this.hidden.forEach(({ weight, beta, norm }, l) => {
      let sums: Node
      if (norm) {
        const normed = batchNorm(matmul(x, weight), norm.gamma, beta, epsilon)
        statistics.push({ mean: normed.mean, variance: normed.variance })
        sums = normed.output
      } else sums = gemm(x, weight, beta)
      x = dropped(relu(sums), masks[l + 1])
    })
    return { rating: this.scaled(this.strength(x, sides)), statistics }
  }

  /** Inference form of B pairs. */
  rate(sides: Sides): Rated {
    const attention = this.attention(sides)
    const first = this.inference(0)
    const strength = this.rest(gemm(this.joined(sides, attention), first.weight, first.bias), sides)
    return { strength, rating: this.scaled(strength), attention }
  }

  /** What n items bring into the first layer in inference form. */
  itemParts(item: Node, bias: Node | null): ItemParts {
    const { factors, attention } = this.shape
    const weight = slice(this.inference(0).weight, 0, factors, 2 * factors)
    return { part: matmul(item, weight), score: attention ? matmul(item, this.gate.item) : null, bias }
  }

  /** Inference form of one user, embedding [1, factors] and bias [1, 1], with the parts of n items: ratings [n, 1]. */
  rateFor(user: Node, userBias: Node | null, items: ItemParts): Node {
    const { factors } = this.shape
    const first = this.inference(0)
    const userPart = matmul(user, slice(first.weight, 0, 0, factors))
    let sums: Node
    if (items.score) {
      const [userScoreBias, itemScoreBias] = [slice(this.gate.bias, 1, 0, 1), slice(this.gate.bias, 1, 1, 2)]
      const difference = sub(
        add(matmul(user, this.gate.user), userScoreBias),
        add(items.score, reshape(itemScoreBias, [1, 1])),
      )
      // A softmax over two scores is the sigmoid of their difference.
      const weight = sigmoid(difference)
      sums = add(mul(weight, userPart), mul(sub(1, weight), items.part))
    } else sums = add(userPart, items.part)
    return this.scaled(this.rest(add(sums, first.bias), { userBias, itemBias: items.bias }))
  }

  /** Weights [B, 2] of user and item, which sum to 1; null without attention. */
  private attention({ user, item }: Pick<Sides, 'user' | 'item'>): Node | null {
    if (!this.shape.attention) return null
    const scores = concat([matmul(user, this.gate.user), matmul(item, this.gate.item)], 1)
    return softmax(add(scores, this.gate.bias), 1)
  }

  private joined({ user, item }: Pick<Sides, 'user' | 'item'>, attention: Node | null): Node {
    if (!attention) return concat([user, item], 1)
    return concat([mul(user, slice(attention, 1, 0, 1)), mul(item, slice(attention, 1, 1, 2))], 1)
  }

  /** From the first layer's sums [n, units] to the sigmoid's output [n, 1], in inference form. */
  private rest(sums: Node, biases: Pick<Sides, 'userBias' | 'itemBias'>): Node {
    let x = relu(sums)
    for (let l = 1; l < this.hidden.length; l++) {
      const { weight, bias } = this.inference(l)
      x = relu(gemm(x, weight, bias))
    }
    return this.strength(x, biases)
  }

  private strength(x: Node, { userBias, itemBias }: Pick<Sides, 'userBias' | 'itemBias'>): Node {
    let logit = gemm(x, this.output.weight, this.output.bias)
    if (userBias) logit = add(logit, userBias)
    if (itemBias) logit = add(logit, itemBias)
    return sigmoid(logit)
  }

  private scaled(strength: Node): Node {
    const { min, max } = this.shape.scale
    return add(mul(strength, max - min), min)
  }

  /** A layer with its normalisation by running statistics folded into it: x W s + (beta - mean s), s = gamma / sqrt(variance + epsilon). */
  private inference(l: number): { weight: Node; bias: Node } {
    const { weight, beta, norm } = this.hidden[l]!
    if (!norm) return { weight, bias: beta }
    const scale = div(norm.gamma, sqrt(add(norm.variance, epsilon)))
    return { weight: mul(weight, scale), bias: sub(beta, mul(norm.mean, scale)) }
  }

  private biasOf(table: 'userBias' | 'itemBias', rows: Node): Node | null {
    return this.shape.biases ? gather(this.tables[table], rows) : null
  }
}

function dropped(x: Node, mask: Node | null | undefined): Node {
  return mask ? dropout(x, mask) : x
}
