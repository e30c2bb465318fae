import type { Random } from '../../core/random.ts'
import { add, div, mul, type Node, reduceSum, square, sub } from '../../engine/graph/index.ts'
import { type Initialiser, initialise } from '../../engine/initialisers.ts'
import type { OptimiserOptions } from '../../engine/optimisers/optimiser.ts'
import type { ScheduleOptions } from '../../engine/schedules.ts'
import { GraphStep } from '../../engine/trainer/step.ts'
import type { RowBaseline } from './baseline.ts'
import { type RowNetwork, type Sparsity, sparsityPenalty } from './network.ts'
import type { RowBatches } from './rows.ts'

export type RowOptimiser = 'lazy-adam' | 'adam' | 'row-adagrad' | 'adagrad' | 'sgd'

export interface RowStepSettings {
  readonly batch: number
  /** Share of every hidden layer dropped in training. */
  readonly dropout: number
  /** Penalty l1 |w| on the weights, not the biases. */
  readonly l1: number
  /** Penalty l2/2 w^2 likewise. */
  readonly l2: number
  readonly sparsity: Sparsity
  readonly initialiser: 'glorot-uniform' | 'glorot-normal' | 'he-normal'
  /** The output biases start at the damped column means (raw encoding), or at zero. */
  readonly startAtMeans: boolean
  readonly optimiser: RowOptimiser
  readonly clip: number
}

export interface RowStepContext {
  readonly random: Random
  readonly seed: number
  readonly threads: number
  /** First weights by parameter name; those not named are drawn. */
  readonly start?: Readonly<Record<string, Float32Array>> | undefined
}

/**
 * The training step of a row autoencoder: mean squared error over the batch's targets (Lund and Ng, section III-A: the
 * loss of the ratings withheld), input sums by bag kernels, and of the output layer only the columns that are targets.
 */
export async function createRowStep(
  network: RowNetwork,
  batches: RowBatches,
  baseline: RowBaseline,
  settings: RowStepSettings,
  { random, seed, threads, start = {} }: RowStepContext,
): Promise<GraphStep> {
  const { dropout, l1, l2, sparsity, initialiser, startAtMeans, optimiser, clip } = settings
  const { graph, shape } = network
  const [first, last] = [shape.layers[0]!, shape.layers.at(-1)!]
  const masks = dropout === 0 ? [] : shape.layers.map((units, l) => graph.input(`mask${l}`, ['B', units]))
  const ratingSums = graph.input('sums', ['B', first])
  const presenceSums = network.presence ? graph.input('presenceSums', ['B', first]) : null
  const hidden = network.hidden(presenceSums ? add(ratingSums, presenceSums) : ratingSums, masks)
  const { rows, bias } = network.columnRows()
  const [target, known] = [graph.input('target', ['B', 'U']), graph.input('known', ['B', 'U'])]
  const errors = mul(known, square(sub(network.rate(hidden.at(-1)!, rows, bias), target)))
  const fit = div(reduceSum(errors), reduceSum(known))
  const penalty = sparsityPenalty(hidden[network.bottleneck]!, shape.activation, sparsity)

  const table: OptimiserOptions = { kind: optimiser, l1, l2 }
  const denseKind = optimiser === 'lazy-adam' ? 'adam' : optimiser === 'row-adagrad' ? 'adagrad' : optimiser
  const how: Initialiser = { kind: initialiser }
  const fill = (parameter: Node, draw: (weights: Float32Array) => void) => (weights: Float32Array) => {
    const given = start[nameOf(parameter)]
    if (given) weights.set(given)
    else draw(weights)
  }
  /** Columns without ratings stay at zero: they can be neither input nor target. */
  const drawn = (fanIn: number, fanOut: number, width: number) => (weights: Float32Array) => {
    initialise(weights, how, { fanIn, fanOut }, random)
    baseline.counts.forEach((count, column) => {
      if (count === 0) weights.fill(0, column * width, (column + 1) * width)
    })
  }
  const bags = [
    { sums: ratingSums, parameter: network.input },
    ...(presenceSums ? [{ sums: presenceSums, parameter: network.presence! }] : []),
  ]
  return GraphStep.create({
    loss: penalty ? add(fit, penalty) : fit,
    reported: fit,
    bags: bags.map(({ sums, parameter }) => ({
      sums,
      parameter,
      optimiser: table,
      entries: batches.entries,
      initialise: fill(parameter, drawn(shape.columns, first, first)),
    })),
    tables: [
      { rows, optimiser: table, initialise: fill(network.output, drawn(last, shape.columns, last)) },
      {
        rows: bias,
        optimiser: { kind: optimiser },
        initialise: fill(network.outputBias, (weights) => firstBiases(weights, baseline, startAtMeans)),
      },
    ],
    weights: [
      { parameter: network.inputBias, optimiser: { kind: denseKind }, initialise: fill(network.inputBias, () => {}) },
      ...network.dense.flatMap(({ weight, bias: own }, l) => [
        {
          parameter: weight,
          optimiser: { kind: denseKind, l1, l2 } satisfies OptimiserOptions,
          initialise: fill(weight, (weights) => {
            initialise(weights, how, { fanIn: shape.layers[l]!, fanOut: shape.layers[l + 1]! }, random)
          }),
        },
        { parameter: own, optimiser: { kind: denseKind }, initialise: fill(own, () => {}) },
      ]),
    ],
    inputs: [target, known],
    sizes: { U: batches.columns },
    masks: masks.map((node) => ({ node, keep: 1 - dropout })),
    batch: Math.min(settings.batch, batches.examples),
    seed,
    threads,
    clip,
    fill: (slot, examples) => batches.fill(slot, examples),
  })
}

/** Raw ratings: zero, or the columns' damped means; a column without ratings predicts the mean. Centred: zero. */
function firstBiases(weights: Float32Array, baseline: RowBaseline, startAtMeans: boolean): void {
  if (baseline.centred) return
  for (let column = 0; column < weights.length; column++) {
    if (startAtMeans || baseline.counts[column] === 0) weights[column] = baseline.mean + baseline.columns[column]!
  }
}

/** The named schedules. */
export const rowSchedules: Record<'constant' | 'plateau' | 'step' | 'cosine', (epochs: number) => ScheduleOptions> = {
  constant: () => ({ kind: 'constant' }),
  plateau: () => ({ kind: 'plateau', factor: 0.5, patience: 2 }),
  step: () => ({ kind: 'step', every: 10, factor: 0.5 }),
  cosine: (epochs) => ({ kind: 'cosine', epochs, warmUp: Math.min(1, epochs / 10) }),
}

const nameOf = (node: Node): string => (node.attributes as { name: string }).name
