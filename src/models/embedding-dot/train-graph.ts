import { defaultTile, epochOrder, tileSize } from '../../engine/dot/order.ts'
import { planBlocks } from '../../engine/dot/plan.ts'
import type { DotSide } from '../../engine/dot/rows.ts'
import { add, mul, type Node, reduceMean, reduceSum, square } from '../../engine/graph/index.ts'
import type { OptimiserOptions } from '../../engine/optimisers/optimiser.ts'
import { runBatches } from '../../engine/trainer/batches.ts'
import { type EpochTask, trainEpochs } from '../../engine/trainer/epochs.ts'
import { GraphStep } from '../../engine/trainer/step.ts'
import { mse } from '../../losses/index.ts'
import { DotNetwork } from './network.ts'
import { predictPairs } from './prediction.ts'
import type { DotTrained, DotTraining } from './train-shared.ts'

/**
 * Trains through the graph: the same objective, first weights and order of ratings as the shared way has on one thread,
 * with the derivatives by the engine's rules and the arithmetic by ONNX Runtime.
 */
export async function trainGraph(training: DotTraining, optimiser: OptimiserOptions['kind']): Promise<DotTrained> {
  const { train, validation, settings, seed, epochs } = training
  const step = await createStep(training, { kind: optimiser } as OptimiserOptions)
  try {
    const plan = planBlocks(train, train.users.size, train.items.size, 1, seed)
    const tile = tileSize(defaultTile(train.count), settings.batch)
    const sides = (): { users: DotSide; items: DotSide } => ({
      users: { factors: step.weights['users.factors']!, biases: step.weights['users.biases']! },
      items: { factors: step.weights['items.factors']!, biases: step.weights['items.biases']! },
    })
    const task: EpochTask = {
      examples: train.count,
      unit: 'ratings',
      state: step.state(),
      weights: Object.keys(step.weights),
      values: () => step.counters(),
      restore: (values) => step.restore(values as ReturnType<typeof step.counters>),
      run: async (context) => {
        const order = epochOrder(plan.blocks[0]!, plan.source, tile, seed, context.epoch)
        const outcome = await runBatches({ order, batch: settings.batch, context, step })
        if ('loss' in outcome) await step.flush()
        return outcome
      },
      validate:
        validation && validation.count > 0
          ? async () => {
              const predicted = predictPairs(settings, sides().users, sides().items, validation)
              let squares = 0
              for (let n = 0; n < predicted.length; n++) {
                const rating = Math.min(settings.high, Math.max(settings.low, predicted[n]!))
                squares += (rating - validation.rating[n]!) ** 2
              }
              return Math.sqrt(squares / predicted.length)
            }
          : undefined,
    }
    const report = await trainEpochs(task, epochs)
    const copy = ({ factors, biases }: DotSide): DotSide => ({ factors: factors.slice(), biases: biases.slice() })
    return { users: copy(sides().users), items: copy(sides().items), report }
  } finally {
    await step.release()
  }
}

async function createStep(training: DotTraining, optimiser: OptimiserOptions): Promise<GraphStep> {
  const { train, settings, initial, seed, threads } = training
  const network = new DotNetwork(train.users.size, train.items.size, settings)
  const target = network.graph.input('target', ['B', 1])
  const fit = mse(network.rating(), target)
  const penalty = (rows: readonly Node[], l2: number): Node =>
    mul(
      rows.map((row) => reduceMean(reduceSum(square(row), [1]))).reduce((a, b) => add(a, b)),
      l2,
    )
  const { userRows, itemRows, userBias, itemBias } = network
  const start = (values: Float32Array) => (weights: Float32Array) => weights.set(values)
  return GraphStep.create({
    loss: add(fit, add(penalty([userRows, itemRows], settings.l2), penalty([userBias, itemBias], settings.l2Bias))),
    reported: fit,
    tables: [
      { rows: userRows, optimiser, initialise: start(initial.users.factors) },
      { rows: userBias, optimiser, initialise: start(initial.users.biases) },
      { rows: itemRows, optimiser, initialise: start(initial.items.factors) },
      { rows: itemBias, optimiser, initialise: start(initial.items.biases) },
    ],
    weights: [],
    inputs: [target],
    batch: settings.batch,
    seed,
    threads,
    fill: ({ ids, inputs }, rows) => {
      for (let n = 0; n < rows.length; n++) {
        const row = rows[n]!
        ids['users.factors']![n] = ids['users.biases']![n] = train.user[row]!
        ids['items.factors']![n] = ids['items.biases']![n] = train.item[row]!
        inputs.target![n] = train.rating[row]!
      }
    },
  })
}
