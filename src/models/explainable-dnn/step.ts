import type { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { add, div, mul, type Node, reduceSum, size, square } from '../../engine/graph/index.ts'
import { fansOf, type Initialiser, initialise } from '../../engine/initialisers.ts'
import type { ScheduleOptions } from '../../engine/schedules.ts'
import { GraphStep, type Slot } from '../../engine/trainer/step.ts'
import { mse } from '../../losses/index.ts'
import type { ExplainableDnnHyperparameters } from './hyperparameters.ts'
import type { ExplainableNetwork } from './network.ts'

export interface StepSettings {
  readonly random: Random
  readonly seed: number
  readonly threads: number
  /** Live running statistics by parameter name: see runningStatistics(). */
  readonly statistics: Readonly<Record<string, Float32Array>>
  /** The row of the training ratings that example n of this epoch is. */
  readonly rowOf: (example: number) => number
}

/** The training step: squared error of a batch, dropout by fed masks, L2 on the embeddings and biases of each rating. */
export async function createStep(
  network: ExplainableNetwork,
  train: Interactions,
  hyperparameters: ExplainableDnnHyperparameters,
  { random, seed, threads, statistics, rowOf }: StepSettings,
): Promise<GraphStep> {
  const { embeddingDropout, l2, biasL2, weightDecay, optimiser, batch, factors } = hyperparameters
  const { initialiser, initSd, clip, normMomentum, embeddingL2 } = hyperparameters
  const { graph, shape } = network
  const rows = network.rows()
  const target = graph.input('target', ['B', 1])
  const masks: { node: Node; keep: number }[] = []
  const mask = (name: string, width: number, share: number): Node | null => {
    if (share === 0) return null
    const node = graph.input(name, ['B', width])
    masks.push({ node, keep: 1 - share })
    return node
  }
  const drops = hyperparameters.dropout
  const form = network.train(rows, [
    mask('mask0', 2 * factors, embeddingDropout),
    ...shape.layers.map((units, l) => mask(`mask${l + 1}`, units, drops[Math.min(l, drops.length - 1)]!)),
  ])
  const fit = mse(form.rating, target)
  const biases = [rows.userBias, rows.itemBias].filter((node) => node !== null)
  const penalties = [...penaltyOf([rows.user, rows.item], l2), ...penaltyOf(biases, biasL2)]
  const embeddings: Initialiser = initialiser === 'normal' ? { kind: 'normal', sd: initSd } : { kind: initialiser }
  const start = (weights: Float32Array, { shape }: Node, how: Initialiser): void => {
    const [rows, columns] = shape as number[]
    initialise(weights, how, fansOf(rows!, columns!), random)
  }
  const denseKind = optimiser === 'lazy-adam' ? 'adam' : optimiser
  const tables = [rows.user, rows.item, ...biases]
  return GraphStep.create({
    loss: penalties.reduce((sum, penalty) => add(sum, div(penalty, size(target))), fit),
    reported: fit,
    tables: tables.map((node) => ({
      rows: node,
      optimiser: { kind: optimiser, l2: biases.includes(node) ? 0 : embeddingL2 },
      initialise: (weights) => {
        if (biases.includes(node)) weights.fill(0)
        else start(weights, node.inputs[0]!, embeddings)
      },
    })),
    weights: network.weights().map((parameter) => {
      const matrix = parameter.shape.length === 2 && parameter !== network.gate.bias
      return {
        parameter,
        optimiser: { kind: denseKind, ...(matrix && weightDecay > 0 && { l2: weightDecay }) },
        initialise: (weights: Float32Array) => {
          if (matrix) start(weights, parameter, { kind: 'glorot-uniform' })
          else weights.fill(firstValue(network, parameter, train))
        },
      }
    }),
    inputs: [target],
    masks,
    fetch: Object.fromEntries(
      form.statistics.flatMap(({ mean, variance }, l) => [
        [`mean${l}`, mean],
        [`variance${l}`, variance],
      ]),
    ),
    batch: Math.min(batch, train.count),
    seed,
    threads,
    clip,
    fill: (slot: Slot, examples: Int32Array) => {
      const { users, items, userBias, itemBias } = slot.ids
      const ratings = slot.inputs.target!
      for (let n = 0; n < examples.length; n++) {
        const row = rowOf(examples[n]!)
        users![n] = train.user[row]!
        items![n] = train.item[row]!
        if (userBias) userBias[n] = train.user[row]!
        if (itemBias) itemBias[n] = train.item[row]!
        ratings[n] = train.rating[row]!
      }
    },
    afterStep: (fetched, examples) => {
      // The variance of a single example says nothing.
      if (examples < 2) return
      form.statistics.forEach((_, l) => {
        blend(statistics[`layer${l}.mean`]!, fetched[`mean${l}`]!, normMomentum, 1)
        blend(statistics[`layer${l}.variance`]!, fetched[`variance${l}`]!, normMomentum, examples / (examples - 1))
      })
    },
  })
}

/** Running statistics before the first batch, by parameter name: mean 0, variance 1. */
export function runningStatistics(network: ExplainableNetwork): Record<string, Float32Array> {
  return Object.fromEntries(
    network.statistics().flatMap(({ mean, variance }) => [
      [nameOf(mean), new Float32Array(mean.shape[0] as number)],
      [nameOf(variance), new Float32Array(variance.shape[0] as number).fill(1)],
    ]),
  )
}

export const nameOf = (node: Node): string => (node.attributes as { name: string }).name

/** The named schedule with its constants. */
export function scheduleOf(hyperparameters: ExplainableDnnHyperparameters): ScheduleOptions {
  const { schedule, epochs, decay, decayEvery, decayPatience } = hyperparameters
  switch (schedule) {
    case 'constant':
      return { kind: 'constant' }
    case 'plateau':
      return { kind: 'plateau', factor: decay, patience: decayPatience }
    case 'step':
      return { kind: 'step', every: decayEvery, factor: decay }
    case 'cosine':
      return { kind: 'cosine', epochs, warmUp: Math.min(1, epochs / 10) }
  }
}

/** l2 times the squares of the rows: what each rating adds for its own user and item. */
function penaltyOf(rows: readonly Node[], l2: number): Node[] {
  return l2 > 0 ? rows.map((row) => mul(reduceSum(square(row)), l2)) : []
}

/** Scales start at 1, shifts at 0, the output where the sigmoid gives the mean rating. */
function firstValue({ hidden, output, shape }: ExplainableNetwork, parameter: Node, train: Interactions): number {
  if (hidden.some(({ norm }) => norm?.gamma === parameter)) return 1
  const { min, max } = shape.scale
  if (parameter !== output.bias || max === min) return 0
  const share = Math.min(0.99, Math.max(0.01, (train.mean() - min) / (max - min)))
  return Math.log(share / (1 - share))
}

/** Running statistics as PyTorch keeps them: (1 - momentum) old + momentum batch; variances without bias, B / (B - 1). */
function blend(running: Float32Array, batch: Float32Array, momentum: number, factor: number): void {
  for (let k = 0; k < running.length; k++) {
    running[k] = (1 - momentum) * running[k]! + momentum * factor * batch[k]!
  }
}
