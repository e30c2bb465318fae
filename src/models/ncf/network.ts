import {
  add,
  dropout,
  Graph,
  gather,
  gemm,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  transpose,
} from '../../engine/graph/index.ts'

/** Sizes of the network. */
export interface NcfShape {
  readonly users: number
  readonly items: number
  /** Embedding size of the GMF half; null without one. */
  readonly factors: number | null
  /** Widths of the tower: two embeddings side by side, then the ReLU layers; null without an MLP half. */
  readonly layers: readonly number[] | null
  readonly outputBias: boolean
}

/** Embeddings of one side: [n, factors] and [n, layers[0] / 2]. */
export interface Halves {
  readonly gmf?: Node
  readonly mlp?: Node
}

/** Dropout masks: of the products [B, factors], and of the inputs of each ReLU layer, the first in two parts (user, item). */
export interface NcfMasks {
  readonly gmf?: Node | null
  readonly user?: Node | null
  readonly item?: Node | null
  readonly hidden?: readonly (Node | null)[]
}

/** The halves that are there. */
export const halvesOf = (rows: Halves): ('gmf' | 'mlp')[] => (['gmf', 'mlp'] as const).filter((half) => rows[half])

export const nameOf = (node: Node): string => (node.attributes as { name: string }).name

/**
 * The networks of He et al. 2017: GMF (equations 8 and 9), the MLP tower (10) and their fusion (12). The tower's first
 * layer and the output unit are kept in parts, one per input, so that nothing is concatenated or cut apart:
 * W [u; i] = Wu u + Wi i. Every form (training, a pair, all items, fold-in) is built of the same parameters.
 */
export class NcfNetwork {
  readonly graph = new Graph()
  readonly shape: NcfShape
  /** Tables [users or items, size of the half] and the output weights [factors, 1]. */
  readonly gmf: { readonly users: Node; readonly items: Node; readonly head: Node } | null
  readonly mlp: {
    readonly users: Node
    readonly items: Node
    readonly first: { readonly user: Node; readonly item: Node; readonly bias: Node }
    readonly rest: readonly { readonly weight: Node; readonly bias: Node }[]
    readonly head: Node
  } | null
  /** [1]; null without one. */
  readonly bias: Node | null

  constructor(shape: NcfShape) {
    this.shape = shape
    const { graph } = this
    const { users, items, factors, layers, outputBias } = shape
    this.gmf = factors
      ? {
          users: graph.parameter('gmf.users', [users, factors]),
          items: graph.parameter('gmf.items', [items, factors]),
          head: graph.parameter('gmf.head', [factors, 1]),
        }
      : null
    this.mlp = layers ? this.tower(layers) : null
    this.bias = outputBias ? graph.parameter('output.bias', [1]) : null
  }

  /** The tables, users before items of each half. */
  get tables(): Node[] {
    return [this.gmf, this.mlp].flatMap((half) => (half ? [half.users, half.items] : []))
  }

  /** All other parameters; biases have one axis. */
  get weights(): Node[] {
    const { gmf, mlp, bias } = this
    const tower = mlp ? [mlp.first.user, mlp.first.item, mlp.first.bias, mlp.head] : []
    const rest = mlp ? mlp.rest.flatMap((layer) => [layer.weight, layer.bias]) : []
    return [...(gmf ? [gmf.head] : []), ...tower, ...rest, ...(bias ? [bias] : [])]
  }

  /** Rows of the tables for inputs `user` and `item` (int32 [B]). */
  rows(): { user: Halves; item: Halves } {
    const user = this.graph.input('user', ['B'], { dtype: 'int32' })
    const item = this.graph.input('item', ['B'], { dtype: 'int32' })
    return { user: this.lookUp('users', user), item: this.lookUp('items', item) }
  }

  /** Rows of the tables of one side. */
  lookUp(side: 'users' | 'items', ids: Node): Halves {
    return {
      ...(this.gmf ? { gmf: gather(this.gmf[side], ids) } : {}),
      ...(this.mlp ? { mlp: gather(this.mlp[side], ids) } : {}),
    }
  }

  /** Logits [B, 1] of pairs of embeddings. */
  logits(user: Halves, item: Halves, masks: NcfMasks = {}): Node {
    let z: Node | undefined = this.bias ?? undefined
    if (this.gmf) z = gemm(drop(mul(user.gmf!, item.gmf!), masks.gmf), this.gmf.head, z)
    if (this.mlp) {
      const { first, head } = this.mlp
      const sums = gemm(drop(item.mlp!, masks.item), first.item, first.bias)
      z = gemm(this.climb(gemm(drop(user.mlp!, masks.user), first.user, sums), masks.hidden), head, z)
    }
    return z!
  }

  /** What the first layer makes of items, bias included: [n, layers[1]]. */
  itemPart(items: Node): Node {
    const { item, bias } = this.mlp!.first
    return gemm(items, item, bias)
  }

  /**
   * Logits [B, I] of items for users' embeddings [B, …]; `items` holds the GMF embeddings [I, factors] and, under `mlp`,
   * itemPart() of the items [I, layers[1]].
   */
  score(user: Halves, items: Halves): Node {
    let z: Node | null = null
    if (this.gmf) {
      const weighted = mul(user.gmf!, transpose(this.gmf.head))
      z = gemm(weighted, items.gmf!, this.bias ?? undefined, { transB: true })
    }
    if (!this.mlp) return z!
    const { first, head } = this.mlp
    const [users, width] = [user.mlp!.shape[0]!, first.bias.shape[0]!]
    const mine = reshape(matmul(user.mlp!, first.user), [users, 1, width])
    const top = this.climb(add(mine, items.mlp!))
    const tower = reshape(matmul(top, head), [users, items.mlp!.shape[0]!])
    if (z) return add(z, tower)
    return this.bias ? add(tower, this.bias) : tower
  }

  /**
   * Logits [n, 1] of n items for one user's embeddings [1, …], cheap to derive by the user: `items` holds the GMF
   * embeddings times the output weights and, under `mlp`, itemPart().
   */
  scoreOne(user: Halves, items: Halves): Node {
    let z: Node | undefined = this.bias ?? undefined
    if (this.gmf) z = gemm(items.gmf!, user.gmf!, z, { transB: true })
    if (this.mlp) z = gemm(this.climb(add(matmul(user.mlp!, this.mlp.first.user), items.mlp!)), this.mlp.head, z)
    return z!
  }

  /** From the first layer's sums to the last layer's output. */
  private climb(sums: Node, masks: readonly (Node | null)[] = []): Node {
    let x = relu(sums)
    this.mlp!.rest.forEach(({ weight, bias }, l) => {
      const input = drop(x, masks[l])
      x = relu(input.shape.length === 2 ? gemm(input, weight, bias) : add(matmul(input, weight), bias))
    })
    return x
  }

  private tower(layers: readonly number[]): NonNullable<NcfNetwork['mlp']> {
    const { graph } = this
    const { users, items } = this.shape
    const half = layers[0]! / 2
    const width = layers[1]!
    return {
      users: graph.parameter('mlp.users', [users, half]),
      items: graph.parameter('mlp.items', [items, half]),
      first: {
        user: graph.parameter('layer1.user', [half, width]),
        item: graph.parameter('layer1.item', [half, width]),
        bias: graph.parameter('layer1.bias', [width]),
      },
      rest: layers.slice(2).map((outputs, l) => ({
        weight: graph.parameter(`layer${l + 2}.weight`, [layers[l + 1]!, outputs]),
        bias: graph.parameter(`layer${l + 2}.bias`, [outputs]),
      })),
      head: graph.parameter('mlp.head', [layers.at(-1)!, 1]),
    }
  }
}

function drop(x: Node, mask: Node | null | undefined): Node {
  return mask ? dropout(x, mask) : x
}
