import { gradients } from '../../engine/autodiff/gradients.ts'
import {
  add,
  div,
  expandLike,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
} from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import type { ExplainableNetwork } from './network.ts'

type Initialisers = ReadonlyMap<string, Float32Array>

/** How a profile is folded in: Adam on the user's embedding and bias alone, all else fixed. */
export interface FoldInOptions {
  readonly steps: number
  readonly learningRate: number
  /** As in training: these times the squared length of the embedding, and the squared bias, are added to the mean squared error. */
  readonly l2: number
  readonly biasL2: number
}

/** A user on the way: embedding [1, factors] and bias [1, 1]. */
interface User {
  readonly embedding: Node
  readonly bias: Node | null
}

/**
 * user, item (int32 [B]) -> rating, strength [B], attention [B, 2] where there is one. With `side` the user is fed:
 * userRow [1, factors] and userRowBias [1, 1] in place of `user`.
 */
export function predictForm(
  network: ExplainableNetwork,
  { side = false, initialisers }: { side?: boolean; initialisers?: Initialisers } = {},
): EmittedModel {
  let sides = network.rows()
  if (side) {
    const items = network.itemRows()
    const user = fedUser(network)
    // Attention concatenates the two scores, so the user must stand in every row.
    sides = { ...items, user: expandLike(user.embedding, items.item), userBias: user.bias }
  }
  const { rating, strength, attention } = network.rate(sides)
  const outputs = {
    rating: reshape(rating, ['B']),
    strength: reshape(strength, ['B']),
    ...(attention && { attention }),
  }
  return emit({ outputs, name: 'explainable-dnn rating', ...(initialisers ? { initialisers } : {}) })
}

/** item (int32 [B]) -> itemPart [B, units], itemScore [B, 1] where there is attention. */
export function itemPartsForm(network: ExplainableNetwork): EmittedModel {
  const { item, itemBias } = network.itemRows()
  const { part, score } = network.itemParts(item, itemBias)
  return emit({ outputs: { itemPart: part, ...(score && { itemScore: score }) }, name: 'explainable-dnn items' })
}

/** userRow, userRowBias; itemPart, itemScore, itemPartBias of B items -> scores [B]. */
export function scoreForm(network: ExplainableNetwork): EmittedModel {
  const { attention, biases, layers } = network.shape
  const { graph } = network
  const user = fedUser(network)
  const scores = network.rateFor(user.embedding, user.bias, {
    part: graph.input('itemPart', ['B', layers[0]!]),
    score: attention ? graph.input('itemScore', ['B', 1]) : null,
    bias: biases ? graph.input('itemPartBias', ['B', 1]) : null,
  })
  return emit({ outputs: { scores: reshape(scores, ['B']) }, name: 'explainable-dnn scores' })
}

/** item (int32 [B]), rating (float32 [B]), start [factors], startBias [1] -> embedding [factors], bias [1]. */
export function foldInForm(network: ExplainableNetwork, options: FoldInOptions): EmittedModel {
  const { factors, biases } = network.shape
  const { graph } = network
  const start = {
    embedding: reshape(graph.input('start', [factors]), [1, factors]),
    bias: biases ? reshape(graph.input('startBias', [1]), [1, 1]) : null,
  }
  const { embedding, bias } = foldedIn(network, start, options)
  const outputs = { embedding: reshape(embedding, [factors]), ...(bias && { bias: reshape(bias, [1]) }) }
  return emit({ outputs, name: 'explainable-dnn fold-in' })
}

/** item (int32 [B]), rating (float32 [B]) -> scores [items]: a profile of at least one rating in, all ratings out. */
export function foldInFile(
  network: ExplainableNetwork,
  options: FoldInOptions,
  initialisers: Initialisers,
): EmittedModel {
  const { factors, users, items, biases } = network.shape
  const { graph, tables } = network
  const last = (name: string, width: number): Node =>
    graph.constant(initialisers.get(name)!.slice((users - 1) * width), { shape: [1, width] })
  const start = { embedding: last('users', factors), bias: biases ? last('userBias', 1) : null }
  const user = foldedIn(network, start, options)
  const parts = network.itemParts(tables.item, biases ? tables.itemBias : null)
  const scores = reshape(network.rateFor(user.embedding, user.bias, parts), [items])
  return emit({ outputs: { scores }, name: 'explainable-dnn fold-in', initialisers })
}

function fedUser({ graph, shape }: ExplainableNetwork): User {
  return {
    embedding: reshape(graph.input('userRow', [shape.factors]), [1, shape.factors]),
    bias: shape.biases ? reshape(graph.input('userRowBias', [1]), [1, 1]) : null,
  }
}

/**
 * Adam's steps unrolled into the graph, so that fold-in is one run and one ONNX file: minimises the mean squared error
 * of the profile plus the penalties over the user's embedding and bias.
 */
function foldedIn(network: ExplainableNetwork, start: User, options: FoldInOptions): User {
  const { steps, learningRate, l2, biasL2 } = options
  const { item, itemBias } = network.itemRows()
  const parts = network.itemParts(item, itemBias)
  const target = reshape(network.graph.input('rating', ['B']), ['B', 1])
  let values = start.bias ? [start.embedding, start.bias] : [start.embedding]
  const moments: { m: Node; v: Node }[] = []
  for (let t = 1; t <= steps; t++) {
    const [embedding, bias = null] = values as [Node, Node?]
    let loss = reduceMean(square(sub(network.rateFor(embedding, bias, parts), target)))
    loss = add(loss, mul(reduceSum(square(embedding)), l2))
    if (bias) loss = add(loss, mul(reduceSum(square(bias)), biasL2))
    const rate = (learningRate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
    values = gradients(loss, values).map((g, n) => {
      const before = moments[n]
      const m = before ? add(mul(before.m, 0.9), mul(g, 0.1)) : mul(g, 0.1)
      const v = before ? add(mul(before.v, 0.999), mul(square(g), 0.001)) : mul(square(g), 0.001)
      moments[n] = { m, v }
      return sub(values[n]!, mul(div(m, add(sqrt(v), 1e-8)), rate))
    })
  }
  const [embedding, bias = null] = values as [Node, Node?]
  return { embedding, bias }
}
