import { availableParallelism } from 'node:os'
import { Random } from '../src/core/random.ts'
import { synthesise } from '../src/data/index.ts'
import { runBatches } from '../src/engine/trainer/batches.ts'
import type { EpochContext } from '../src/engine/trainer/epochs.ts'
import type { TrainingStep } from '../src/engine/trainer/step.ts'
import { createExamples, type Examples, trainedItems } from '../src/models/ncf/examples.ts'
import { neumfHyperparameters } from '../src/models/ncf/hyperparameters.ts'
import { NcfNetwork } from '../src/models/ncf/network.ts'
import { epochOrder } from '../src/models/ncf/order.ts'
import { createStep } from '../src/models/ncf/step.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { interleave } from './harness/interleave.ts'
import { ratios } from './harness/statistics.ts'

const threadCounts = availableParallelism() > 1 ? [1, 2] : [1]
const words = (threads: number): string => `${threads} thread${threads > 1 ? 's' : ''}`

/** "Embeddings 64, layers 128-64": both halves 64 wide; those of the tower, side by side, into 128 and 64 ReLU units. */
const hyperparameters = neumfHyperparameters.parse({ factors: 64, layers: [128, 128, 64], optimiser: 'lazy-adam' })

const context: EpochContext = {
  ...{ epoch: 1, learningRate: 0.001, rateAt: () => 0.001, cursor: null, report: () => {}, stopping: () => false },
}

interface Run {
  readonly step: TrainingStep
  readonly examples: Examples
  epoch: number
}

const benchmark: Benchmark = {
  name: 'neumf',
  summary:
    'NeuMF, embeddings 64, layers 128-64, 4 negatives: samples a second, negative sampling and shuffling included',
  async run(bench) {
    const { quick } = bench
    const [users, items, ratings] = quick ? [300, 200, 5_000] : [6_040, 3_706, 1_000_209]
    bench.progress(`making ${ratings} ratings`)
    const train = synthesise({ users, items, ratings, timestamps: false, seed: 1 }).interactions
    const found = trainedItems(train)
    const shape = { users, items: found.items.length, factors: 64, layers: hyperparameters.layers, outputBias: true }
    for (const batch of quick ? [64] : [256, 2048]) {
      const runs: Run[] = []
      for (const threads of threadCounts) {
        const examples = await createExamples(train, found, hyperparameters, 1)
        const network = new NcfNetwork(shape)
        const settings = { ...hyperparameters, batch }
        const step = await createStep(network, examples, settings, { random: new Random(1), seed: 1, threads })
        runs.push({ step, examples, epoch: 0 })
      }
      if (bench.checks.length === 0) bench.checks.push(await check(runs[0]!, batch))
      const batches = quick ? 4 : Math.ceil(204_800 / batch)
      const measured = await interleave(
        runs.map((run, r) => ({ name: words(threadCounts[r]!), run: () => piece(run, batch, batches) })),
        { repeats: quick ? 2 : 7, progress: (what) => bench.progress(`batch ${batch}: ${what}`) },
      )
      for (const threads of threadCounts) {
        const rate = measured[words(threads)]!.map((samples) => samples / 1000)
        const { median } = bench.figure(`batch ${batch}`, words(threads), 'thousand samples/s', rate)
        if (batch === 2048 && threads === 2) {
          bench.target('samples a second on two threads, batch 2048', 'thousand/s', 'at least', 500, median)
        }
      }
      if (threadCounts.length > 1) {
        bench.figure(`batch ${batch}`, 'two threads to one', 'x', ratios(measured[words(2)]!, measured[words(1)]!))
      }
      for (const { step } of runs) await step.release()
    }
    bench.notes.push(
      "of each measurement a share is the whole epoch's drawing of negatives and ordering of examples, the rest a run of batches: filled, rows gathered, forward and backward pass, duplicate rows summed, every weight updated (lazy Adam for the embeddings)",
      'published for this size of network: a TITAN V 405 thousand samples/s, 56 CPU cores 624 thousand',
    )
  },
}
export default benchmark

/** Samples a second over so many batches, with their share of what an epoch costs beforehand. */
async function piece(run: Run, batch: number, batches: number): Promise<number> {
  const { step, examples } = run
  const epoch = ++run.epoch
  const before = performance.now()
  examples.draw(epoch)
  const order = epochOrder(1)(epoch, examples.count)
  const started = performance.now()
  await runBatches({ order: order.subarray(0, batches * batch), batch, context, step })
  const samples = batches * batch
  const seconds = (performance.now() - started + ((started - before) * samples) / examples.count) / 1000
  return samples / seconds
}

/** The loss of the first batch against plain TypeScript in double precision. */
async function check({ step, examples }: Run, batch: number): Promise<string> {
  examples.draw(0)
  const chosen = epochOrder(1)(0, examples.count).slice(0, batch)
  const [users, items] = [new Int32Array(batch), new Int32Array(batch)]
  const labels = new Float32Array(batch)
  examples.fill(chosen, users, items, labels)
  const weights = Object.fromEntries(Object.entries(step.weights).map(([name, w]) => [name, Float64Array.from(w)]))
  let sum = 0
  for (let n = 0; n < batch; n++) {
    const z = plainLogit(weights, users[n]!, items[n]!)
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[n]! * z
  }
  step.prepare(0, chosen, 0)
  const apart = close('the first loss', [await step.run(0, 0.001)], [sum / batch], 1e-5)
  return `the loss of the first batch against plain TypeScript in double precision: within ${apart.toExponential(1)}`
}

function plainLogit(w: Record<string, Float64Array>, user: number, item: number): number {
  const row = (name: string, r: number): Float64Array => w[name]!.subarray(64 * r, 64 * r + 64)
  const [p, q, u, v] = [row('gmf.users', user), row('gmf.items', item), row('mlp.users', user), row('mlp.items', item)]
  const first = Array.from(w['layer1.bias']!, (bias, j) => {
    let sum = bias
    for (let d = 0; d < 64; d++)
      sum += u[d]! * w['layer1.user']![d * 128 + j]! + v[d]! * w['layer1.item']![d * 128 + j]!
    return Math.max(0, sum)
  })
  const second = Array.from(w['layer2.bias']!, (bias, j) =>
    Math.max(
      0,
      first.reduce((sum, x, d) => sum + x * w['layer2.weight']![d * 64 + j]!, bias),
    ),
  )
  return p.reduce(
    (sum, x, d) => sum + x * q[d]! * w['gmf.head']![d]! + second[d]! * w['mlp.head']![d]!,
    w['output.bias']![0]!,
  )
}
