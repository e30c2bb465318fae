import type { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { add, div, type Node, size } from '../../engine/graph/index.ts'
import { fansOf, type Initialiser, initialise } from '../../engine/initialisers.ts'
import type { ScheduleOptions } from '../../engine/schedules.ts'
import { createTrainingStep } from '../../engine/trainer/create-step.ts'
import type { Slot, TrainingStep } from '../../engine/trainer/step.ts'
import { mse } from '../../losses/index.ts'
import type { DnnHyperparameters } from './hyperparameters.ts'
import { type DnnNetwork, rowPenalty } from './network.ts'

/** The training step: squared error of a batch, dropout by fed masks, L2 on the embeddings of each rating. */
export async function createStep(
  network: DnnNetwork,
  train: Interactions,
  hyperparameters: DnnHyperparameters,
  { random, seed, threads }: { random: Random; seed: number; threads: number },
): Promise<TrainingStep> {
  const { dropout, hiddenDropout, l2, embeddingL2, weightDecay, optimiser, batch, factors } = hyperparameters
  const { initialiser, initSd, clip } = hyperparameters
  const { graph } = network
  const rows = network.rows()
  const target = graph.input('target', ['B', 1])
  const masks: { node: Node; keep: number }[] = []
  const mask = (name: string, width: number, share: number): Node | null => {
    if (share === 0) return null
    const node = graph.input(name, ['B', width])
    masks.push({ node, keep: 1 - share })
    return node
  }
  const hidden = network.shape.layers.map((units, l) => mask(`mask${l + 1}`, units, hiddenDropout))
  const fit = mse(network.rate(rows.user, rows.item, [mask('mask0', 2 * factors, dropout), ...hidden]), target)
  const penalty = l2 > 0 ? div(rowPenalty([rows.user, rows.item], l2), size(target)) : null
  const embeddings: Initialiser = initialiser === 'normal' ? { kind: 'normal', sd: initSd } : { kind: initialiser }
  const dense: Initialiser = { kind: 'glorot-uniform' }
  const start = (weights: Float32Array, parameter: Node, how: Initialiser): void => {
    const [rows, columns] = parameter.shape as number[]
    initialise(weights, how, fansOf(rows!, columns!), random)
  }
  const denseKind = optimiser === 'lazy-adam' ? 'adam' : optimiser
  return createTrainingStep({
    separable: true,
    loss: penalty ? add(fit, penalty) : fit,
    reported: fit,
    tables: [rows.user, rows.item].map((node) => ({
      rows: node,
      optimiser: { kind: optimiser, l2: embeddingL2 },
      initialise: (weights) => start(weights, node.inputs[0]!, embeddings),
    })),
    weights: network.layers.flatMap(({ weight, bias }, l) => [
      {
        parameter: weight,
        optimiser: { kind: denseKind, l2: weightDecay },
        initialise: (view: Float32Array) => start(view, weight, dense),
      },
      {
        parameter: bias,
        optimiser: { kind: denseKind },
        // The output starts at the mean rating, which the network would otherwise spend its first epochs to find.
        initialise: (view: Float32Array) => view.fill(l === network.layers.length - 1 ? train.mean() : 0),
      },
    ]),
    inputs: [target],
    masks,
    batch: Math.min(batch, train.count),
    seed,
    threads,
    clip,
    fill: (slot: Slot, examples: Int32Array) => {
      const { users, items } = slot.ids
      const ratings = slot.inputs.target!
      for (let n = 0; n < examples.length; n++) {
        const row = examples[n]!
        users![n] = train.user[row]!
        items![n] = train.item[row]!
        ratings[n] = train.rating[row]!
      }
    },
  })
}

/** The named schedules with the constants of the papers. */
export const schedules: Record<DnnHyperparameters['schedule'], (epochs: number) => ScheduleOptions> = {
  constant: () => ({ kind: 'constant' }),
  plateau: () => ({ kind: 'plateau', factor: 0.5, patience: 2 }),
  step: () => ({ kind: 'step', every: 10, factor: 0.5 }),
  cosine: (epochs) => ({ kind: 'cosine', epochs, warmUp: Math.min(1, epochs / 10) }),
}
