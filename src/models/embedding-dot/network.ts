import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotOutput } from '../../engine/dot/scorer.ts'
import { add, Graph, gather, mul, type Node, reduceSum, reshape, sigmoid } from '../../engine/graph/index.ts'
import { emit } from '../../engine/onnx/emit.ts'
import type { OnnxFile } from '../recommender.ts'

/** The same model in the graph language: four tables, of which a rating takes one row each. */
export class DotNetwork {
  readonly graph = new Graph()
  /** Rows for inputs `user` and `item` (int32 [B]): factors [B, factors] and biases [B, 1]. */
  readonly userRows: Node
  readonly itemRows: Node
  readonly userBias: Node
  readonly itemBias: Node
  private readonly output: DotOutput

  constructor(users: number, items: number, output: DotOutput) {
    const { graph } = this
    this.output = output
    const user = graph.input('user', ['B'], { dtype: 'int32' })
    const item = graph.input('item', ['B'], { dtype: 'int32' })
    this.userRows = gather(graph.parameter('users.factors', [users, output.factors]), user)
    this.userBias = gather(graph.parameter('users.biases', [users, 1]), user)
    this.itemRows = gather(graph.parameter('items.factors', [items, output.factors]), item)
    this.itemBias = gather(graph.parameter('items.biases', [items, 1]), item)
  }

  /** Predicted ratings [B, 1], unclipped. */
  rating(): Node {
    const { output, offset, low, high } = this.output
    const product = reduceSum(mul(this.userRows, this.itemRows), [1], true)
    const sum = add(add(add(product, this.userBias), this.itemBias), offset)
    return output === 'linear' ? sum : add(mul(sigmoid(sum), high - low), low)
  }
}

/** The fitted model as an ONNX file. */
export function ratingFile(settings: DotOutput, users: DotSide, items: DotSide): OnnxFile {
  const network = new DotNetwork(users.biases.length, items.biases.length, settings)
  const initialisers = new Map([
    ['users.factors', users.factors],
    ['users.biases', users.biases],
    ['items.factors', items.factors],
    ['items.biases', items.biases],
  ])
  const { bytes } = emit({
    outputs: { rating: reshape(network.rating(), ['B']) },
    initialisers,
    name: 'embedding-dot rating',
  })
  return { name: 'rating.onnx', bytes, signature: 'user int32 [B], item int32 [B] -> rating float32 [B], unclipped' }
}
