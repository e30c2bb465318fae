import { Random } from '../../core/random.ts'
import type { Csr } from '../../data/interactions.ts'
import { reduceMean, square, sub } from '../../engine/graph/index.ts'
import { initialise } from '../../engine/initialisers.ts'
import { drawKeys } from '../../engine/kernels/draws.ts'
import type { OptimiserOptions } from '../../engine/optimisers/optimiser.ts'
import { GraphStep, type Slot } from '../../engine/trainer/step.ts'
import { crossEntropy } from '../../losses/index.ts'
import type { RowBaseline } from '../autoencoder/baseline.ts'
import { scaleOf } from '../autoencoder/rows.ts'
import type { Levels } from '../rbm/levels.ts'
import type { QueryHyperparameters } from './hyperparameters.ts'
import type { QueryNetwork } from './network.ts'

export interface QueryStep {
  readonly step: GraphStep
  beginEpoch(epoch: number): void
}

/** The training step: every rating an example, withheld from its user's row, its item the query. */
export async function createQueryStep(
  network: QueryNetwork,
  csr: Csr,
  baseline: RowBaseline,
  levels: Levels,
  settings: QueryHyperparameters,
  { random, seed, threads }: { random: Random; seed: number; threads: number },
): Promise<QueryStep> {
  const { dropout, inputDropout, l1, l2, initialiser, optimiser, clip, normalise } = settings
  const { graph, shape } = network
  const [first, classes] = [shape.layers[0]!, shape.outputs]
  const batch = Math.min(settings.batch, csr.values.length)
  const sums = graph.input('sums', ['B', first])
  const queries = network.queries()
  const target = graph.input('target', ['B', classes])
  const masks = dropout === 0 ? [] : shape.layers.map((units, l) => graph.input(`mask${l}`, ['B', units]))
  const outputs = network.head(sums, queries, masks)
  const loss = classes === 1 ? reduceMean(square(sub(outputs, target))) : crossEntropy(outputs, target)
  const kind = optimiser === 'lazy-adam' ? 'adam' : optimiser === 'row-adagrad' ? 'adagrad' : optimiser
  const table: OptimiserOptions = { kind: optimiser, l1, l2 }
  const rowOf = new Int32Array(csr.values.length)
  let longest = 0
  for (let row = 0; row + 1 < csr.offsets.length; row++) {
    rowOf.fill(row, csr.offsets[row]!, csr.offsets[row + 1]!)
    longest = Math.max(longest, csr.offsets[row + 1]! - csr.offsets[row]!)
  }
  const draw = (fanIn: number, fanOut: number) => (weights: Float32Array) => {
    initialise(weights, { kind: initialiser }, { fanIn, fanOut }, random)
  }
  /** Items without ratings stay at zero. */
  const drawRows = (weights: Float32Array): void => {
    draw(2 * shape.items, first)(weights)
    baseline.counts.forEach((count, item) => {
      if (count === 0) weights.fill(0, item * first, (item + 1) * first)
    })
  }
  let epoch = 1
  const fill = (slot: Slot, examples: Int32Array): void => {
    const bag = slot.bags.input!
    const wanted = slot.inputs.target!.fill(0, 0, examples.length * classes)
    let at = 0
    for (const [b, entry] of examples.entries()) {
      const row = rowOf[entry]!
      const item = csr.indices[entry]!
      const rating = csr.values[entry]!
      const [low, high] = drawKeys(seed, epoch * 2 ** 32 + entry)
      const random = new Random((high & 0x1f_ffff) * 2 ** 32 + low)
      bag.offsets[b] = at
      let surplus = 0
      const from = at
      for (let e = csr.offsets[row]!; e < csr.offsets[row + 1]!; e++) {
        if (e === entry || (inputDropout > 0 && random.float() < inputDropout)) continue
        bag.ids[at] = csr.indices[e]!
        bag.weights[at++] = csr.values[e]!
        surplus += baseline.surplus(csr.indices[e]!, csr.values[e]!)
      }
      const offset = baseline.offset(surplus, at - from)
      const scale = scaleOf(normalise, at - from)
      for (let e = from; e < at; e++) bag.weights[e] = (bag.weights[e]! - baseline.of(bag.ids[e]!, offset)) * scale
      slot.ids.query![b] = item
      if (classes === 1) wanted[b] = rating - baseline.without(item, rating, offset)
      else wanted[b * classes + levels.of(rating)] = 1
    }
    bag.offsets[examples.length] = at
  }
  const step = await GraphStep.create({
    loss,
    bags: [{ sums, parameter: network.input, optimiser: table, entries: batch * longest, initialise: drawRows }],
    tables: [{ rows: queries, optimiser: table, initialise: drawRows }],
    weights: [
      { parameter: network.inputBias, optimiser: { kind }, initialise: () => {} },
      ...network.dense.flatMap(({ weight, bias, inputs, outputs: units }, l) => [
        { parameter: weight, optimiser: { kind, l1, l2 } satisfies OptimiserOptions, initialise: draw(inputs, units) },
        {
          parameter: bias,
          optimiser: { kind } satisfies OptimiserOptions,
          // Regression starts at the mean rating, which the network would otherwise spend its first epoch to find.
          initialise: (weights: Float32Array): void => {
            if (l + 1 === network.dense.length && classes === 1 && !baseline.centred) weights.fill(baseline.mean)
          },
        },
      ]),
    ],
    inputs: [target],
    masks: masks.map((node) => ({ node, keep: 1 - dropout })),
    ...{ batch, seed, threads, clip, fill },
  })
  return {
    step,
    beginEpoch: (number) => {
      epoch = number
    },
  }
}
