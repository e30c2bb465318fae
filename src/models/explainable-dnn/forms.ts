import { gradients } from '../../engine/autodiff/gradients.ts'
import {
  add,
  div,
  expandLike,
  mul,
  type Node,
  reduceMean,
  reshape,
  size,
  sqrt,
  square,
  sub,
} from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { itemVectorsKey, unlessEmpty } from '../fold-in-file.ts'
import type { ExplainableNetwork } from './network.ts'
import type { UserSide } from './users.ts'

type Initialisers = ReadonlyMap<string, Float32Array>

/** How a profile is folded in: Adam on the user's embedding and bias alone, all else fixed; see foldedIn(). */
export interface FoldInOptions {
  readonly steps: number
  /** In standard deviations of the trained users. */
  readonly learningRate: number
  /** How many ratings' worth of squared error one squared standard deviation costs. */
  readonly prior: number
}

/** One user, or what is known of all: embedding [1, factors] and bias [1, 1]. */
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

/** user, item (int32 [B]) -> mean and variance [units] of each hidden layer over these pairs, without dropout. */
export function statisticsForm(network: ExplainableNetwork): EmittedModel {
  const { statistics } = network.train(network.rows(), [])
  const outputs = Object.fromEntries(
    statistics.flatMap(({ mean, variance }, l) => [
      [`mean${l}`, mean],
      [`variance${l}`, variance],
    ]),
  )
  return emit({ outputs, name: 'explainable-dnn statistics' })
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

/** item (int32 [B]), rating (float32 [B]); start and spread [factors], startBias and spreadBias [1] -> embedding [factors], bias [1]. */
export function foldInForm(network: ExplainableNetwork, options: FoldInOptions): EmittedModel {
  const { factors, biases } = network.shape
  const { graph } = network
  const fed = (name: string): User => ({
    embedding: reshape(graph.input(name, [factors]), [1, factors]),
    bias: biases ? reshape(graph.input(`${name}Bias`, [1]), [1, 1]) : null,
  })
  const { embedding, bias } = foldedIn(network, { start: fed('start'), spread: fed('spread') }, options)
  const outputs = { embedding: reshape(embedding, [factors]), ...(bias && { bias: reshape(bias, [1]) }) }
  return emit({ outputs, name: 'explainable-dnn fold-in' })
}

/** item (int32 [B]), rating (float32 [B]), B from 0 -> scores [items]: a profile in, all ratings out. */
export function foldInFile(
  network: ExplainableNetwork,
  options: FoldInOptions,
  known: { readonly start: UserSide; readonly spread: UserSide },
  initialisers: Initialisers,
): EmittedModel {
  const { factors, items, biases } = network.shape
  const { graph, tables } = network
  const constant = ({ embedding, bias }: UserSide): User => ({
    embedding: graph.constant(embedding, { shape: [1, factors] }),
    bias: biases ? graph.constant(bias, { shape: [1, 1] }) : null,
  })
  const start = constant(known.start)
  const folded = foldedIn(network, { start, spread: constant(known.spread) }, options)
  const { item } = network.itemRows()
  const user = {
    embedding: unlessEmpty(item, folded.embedding, start.embedding),
    bias: folded.bias && unlessEmpty(item, folded.bias, start.bias!),
  }
  const parts = network.itemParts(tables.item, biases ? tables.itemBias : null)
  const scores = reshape(network.rateFor(user.embedding, user.bias, parts), [items])
  return emit({
    outputs: { scores },
    name: 'explainable-dnn fold-in',
    initialisers,
    metadata: { [itemVectorsKey]: 'items' },
  })
}

function fedUser({ graph, shape }: ExplainableNetwork): User {
  return {
    embedding: reshape(graph.input('userRow', [shape.factors]), [1, shape.factors]),
    bias: shape.biases ? reshape(graph.input('userRowBias', [1]), [1, 1]) : null,
  }
}

/**
 * The user is start + spread z, where start is the mean of the trained users and spread their standard deviation, number
 * by number. Minimised over z: the mean squared error of the profile plus prior / B times the mean square of z (embedding
 * and bias each), so that a long profile says more than a short one. Adam's steps are unrolled into the graph, so that fold-in is one run and one ONNX file.
 */
function foldedIn(
  network: ExplainableNetwork,
  { start, spread }: { readonly start: User; readonly spread: User },
  { steps, learningRate, prior }: FoldInOptions,
): User {
  const { graph } = network
  const { factors } = network.shape
  const { item, itemBias } = network.itemRows()
  const parts = network.itemParts(item, itemBias)
  const target = reshape(graph.input('rating', ['B']), ['B', 1])
  const strictness = div(prior, size(target))
  const userAt = ([z, zBias]: readonly Node[]): User => ({
    embedding: add(start.embedding, mul(z!, spread.embedding)),
    bias: start.bias && add(start.bias, mul(zBias!, spread.bias!)),
  })
  let z = [graph.constant(new Float32Array(factors), { shape: [1, factors] })]
  if (start.bias) z.push(graph.constant([0], { shape: [1, 1] }))
  const moments: { m: Node; v: Node }[] = []
  for (let t = 1; t <= steps; t++) {
    const { embedding, bias } = userAt(z)
    const error = reduceMean(square(sub(network.rateFor(embedding, bias, parts), target)))
    const loss = add(
      error,
      mul(
        strictness,
        z.map((part) => reduceMean(square(part))).reduce((a, b) => add(a, b)),
      ),
    )
    // The steps shrink to nothing, or the last ones would go to and fro over the kinks of the ReLUs, wherever rounding takes them.
    const shrinking = learningRate * (1 - (t - 1) / steps)
    const rate = (shrinking * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
    z = gradients(loss, z).map((g, n) => {
      const before = moments[n]
      const m = before ? add(mul(before.m, 0.9), mul(g, 0.1)) : mul(g, 0.1)
      const v = before ? add(mul(before.v, 0.999), mul(square(g), 0.001)) : mul(square(g), 0.001)
      moments[n] = { m, v }
      return sub(z[n]!, mul(div(m, add(sqrt(v), 1e-8)), rate))
    })
  }
  return userAt(z)
}
