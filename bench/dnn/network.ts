import { Random } from '../../src/core/random.ts'
import type { Interactions } from '../../src/data/index.ts'
import {
  add,
  batchNorm,
  concat,
  dropout,
  fansOf,
  Graph,
  gather,
  gemm,
  initialise,
  mul,
  type Node,
  relu,
  sigmoid,
} from '../../src/engine/index.ts'
import { createTrainingStep } from '../../src/engine/trainer/create-step.ts'
import type { Slot, TrainingStep } from '../../src/engine/trainer/step.ts'
import { mse } from '../../src/losses/index.ts'

/** The network of the comparison: embeddings, ReLU layers, a sigmoid scaled to the ratings, squared error. */
export interface DnnShape {
  readonly users: number
  readonly items: number
  readonly factors: number
  readonly layers: readonly number[]
  /** Batch normalisation between each layer and its ReLU. */
  readonly normalised: boolean
  /** Shares that are dropped after each layer; empty: none. */
  readonly dropout: readonly number[]
}

export const low = 0.5
export const span = 4.5

/** A named parameter and its first values, [rows, columns] or [columns]. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Widths from the joined embeddings to the output. */
export const widthsOf = ({ factors, layers }: DnnShape): number[] => [2 * factors, ...layers, 1]

/**
 * Floating-point operations of the products in one training step: 2 m n k forward, and as much again for each of the two
 * products of the backward pass. Nothing else is counted.
 */
export function operations(shape: DnnShape, batch: number): number {
  const widths = widthsOf(shape)
  return widths.slice(1).reduce((sum, width, l) => sum + 6 * batch * widths[l]! * width, 0)
}

/** The parameters in the order in which every implementation takes them. */
export function firstWeights(shape: DnnShape, seed: number): Parameter[] {
  const random = new Random(seed)
  const { users, items, factors, normalised, layers } = shape
  const normal = (name: string, rows: number, columns: number): Parameter => ({
    name,
    shape: [rows, columns],
    values: initialise(new Float32Array(rows * columns), { kind: 'normal', sd: 0.05 }, fansOf(rows, columns), random),
  })
  const widths = widthsOf(shape)
  return [
    normal('users', users, factors),
    normal('items', items, factors),
    ...widths.slice(1).flatMap((width, l): Parameter[] => {
      const fans = fansOf(widths[l]!, width)
      const values = initialise(new Float32Array(widths[l]! * width), { kind: 'glorot-uniform' }, fans, random)
      return [
        { name: `weight${l}`, shape: [widths[l]!, width], values },
        { name: `bias${l}`, shape: [width], values: new Float32Array(width) },
        ...(normalised && l < layers.length
          ? [
              { name: `gamma${l}`, shape: [width], values: new Float32Array(width).fill(1) },
              { name: `beta${l}`, shape: [width], values: new Float32Array(width) },
            ]
          : []),
      ]
    }),
  ]
}

export interface StepSettings {
  readonly batch: number
  readonly threads: number
  /** Of the embeddings; everything else is trained by Adam. */
  readonly tables: 'lazy-adam' | 'adam'
  /** Of the dropout masks. */
  readonly seed: number
}

/** The whole training step: what models in src/models are trained by. */
export function createStep(
  shape: DnnShape,
  data: Interactions,
  weights: readonly Parameter[],
  { batch, threads, tables, seed }: StepSettings,
): Promise<TrainingStep> {
  const graph = new Graph()
  const nodes = new Map(weights.map((parameter) => [parameter.name, graph.parameter(parameter.name, parameter.shape)]))
  const node = (name: string): Node => nodes.get(name)!
  const rows = (['user', 'item'] as const).map((side) =>
    gather(node(`${side}s`), graph.input(side, ['B'], { dtype: 'int32' })),
  )
  const target = graph.input('target', ['B', 1])
  const masks: { node: Node; keep: number }[] = []
  const statistics: Record<string, Node> = {}
  let x = concat(rows, 1)
  for (const [l, units] of [...shape.layers, 1].entries()) {
    x = gemm(x, node(`weight${l}`), node(`bias${l}`))
    if (l === shape.layers.length) break
    if (shape.normalised) {
      const { output, mean, variance } = batchNorm(x, node(`gamma${l}`), node(`beta${l}`))
      Object.assign(statistics, { [`mean${l}`]: mean, [`variance${l}`]: variance })
      x = output
    }
    x = relu(x)
    const share = shape.dropout[l] ?? 0
    if (share > 0) {
      const mask = graph.input(`mask${l}`, ['B', units])
      masks.push({ node: mask, keep: 1 - share })
      x = dropout(x, mask)
    }
  }
  const values = new Map(weights.map((parameter) => [parameter.name, parameter.values]))
  const running = new Map(Object.entries(statistics).map(([name, n]) => [name, new Float32Array(n.shape[0] as number)]))
  return createTrainingStep({
    separable: !shape.normalised,
    loss: mse(add(mul(sigmoid(x), span), low), target),
    tables: rows.map((row, side) => ({
      rows: row,
      optimiser: { kind: tables },
      initialise: (view) => view.set(weights[side]!.values),
    })),
    weights: weights.slice(2).map(({ name }) => ({
      parameter: node(name),
      optimiser: { kind: 'adam' },
      initialise: (view: Float32Array) => view.set(values.get(name)!),
    })),
    inputs: [target],
    masks,
    fetch: statistics,
    batch,
    seed,
    threads,
    fill({ ids, inputs }: Slot, examples: Int32Array) {
      const { users, items } = ids
      const ratings = inputs.target!
      for (let n = 0; n < examples.length; n++) {
        const row = examples[n]!
        users![n] = data.user[row]!
        items![n] = data.item[row]!
        ratings[n] = data.rating[row]!
      }
    },
    afterStep(fetched) {
      for (const [name, average] of running) {
        const now = fetched[name]!
        for (let u = 0; u < now.length; u++) average[u]! += 0.1 * (now[u]! - average[u]!)
      }
    },
  })
}
