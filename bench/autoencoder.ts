import { availableParallelism } from 'node:os'
import { Random } from '../src/core/random.ts'
import { type Interactions, synthesise } from '../src/data/index.ts'
import type { GraphStep } from '../src/engine/trainer/step.ts'
import { RowBaseline } from '../src/models/autoencoder/baseline.ts'
import { autoencoderHyperparameters } from '../src/models/autoencoder/hyperparameters.ts'
import { RowNetwork } from '../src/models/autoencoder/network.ts'
import { RowBatches, type Withhold } from '../src/models/autoencoder/rows.ts'
import { createRowStep } from '../src/models/autoencoder/step.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'

/** The paper's figure: four days for 30 passes. */
const publishedHours = 3.2

const benchmark: Benchmark = {
  name: 'autoencoder',
  summary: "the paper's autoencoder, 4096 to 512 and back, on 26M synthetic ratings of 270k users and 45k movies",
  async run(bench) {
    const { quick } = bench
    const threads = availableParallelism()
    const [users, items, ratings] = quick ? [400, 300, 8_000] : [270_896, 45_115, 26_024_289]
    const layers = quick ? [64, 32, 16, 8, 16, 32, 64] : [4096, 2048, 1024, 512, 1024, 2048, 4096]
    bench.checks.push(await check())
    bench.progress(`making ${ratings} ratings`)
    const scale = { min: 0.5, max: 5, step: 0.5 }
    const train = synthesise({ users, items, ratings, scale, timestamps: false, userSkew: 0.5 }).interactions
    const one = 'one, passes estimated from its steps'
    for (const [name, withhold, batch, steps] of [
      ['a fifth withheld', 0.2, quick ? 32 : 256, quick ? 6 : 120],
      [one, 'one', quick ? 32 : 256, quick ? 6 : 24],
    ] as const) {
      bench.progress(`${name}: building the network`)
      const { step, batches } = await build(train, layers, withhold, batch, threads)
      const order = new Random(1).shuffle(Int32Array.from({ length: batches.examples }, (_, n) => n))
      const seconds: number[] = []
      let last = performance.now()
      step.prepare(0, order.subarray(0, batch), 0)
      for (let s = 0; s < steps; s++) {
        const running = step.run((s & 1) as 0 | 1, 0.01)
        const next = ((s + 1) * batch) % (batches.examples - batch)
        step.prepare(((s + 1) & 1) as 0 | 1, order.subarray(next, next + batch), s + 1)
        if (!Number.isFinite(await running)) throw new Error('the loss is not finite')
        const now = performance.now()
        // The first steps bind buffers and touch memory that later ones find ready.
        if (s >= steps / 6) seconds.push((now - last) / 1000)
        last = now
        if (s % 10 === 0) bench.progress(`${name}: step ${s} of ${steps}`)
      }
      await step.release()
      const mean = seconds.reduce((a, b) => a + b) / seconds.length
      const pass = (mean * batches.examples) / batch / 3600
      bench.figure(name, `step of ${batch} examples`, 's', seconds)
      bench.figure(name, `one pass, from the mean of ${seconds.length} steps`, 'h', [pass])
      if (name !== one)
        bench.figure(name, `the paper's pass (${publishedHours} h on a Titan X) to ours`, 'x', [publishedHours / pass])
    }
    bench.notes.push(
      'a pass is extrapolated: mean seconds a step of random users, times the steps of a pass; a whole pass is not run',
      'tables of the input and output layer by row-adagrad, dense layers by adagrad; raw ratings, no dropout, batches filled beside the runtime',
      `peak memory holds the ratings, their compressed rows and columns, and everything of the network; ${threads} threads`,
    )
  },
}
export default benchmark

async function build(train: Interactions, layers: number[], withhold: Withhold, batch: number, threads: number) {
  const settings = autoencoderHyperparameters.parse({
    ...{ layers, withhold, batch, optimiser: 'row-adagrad', encoding: 'raw', activation: 'relu' },
    ...{ dropout: 0, presence: false, residual: false, l2: 0 },
  })
  const { activation, normalise, sparsity, sparsityWeight, sparsityTarget } = settings
  const baseline = RowBaseline.fit(train.byItem(), train.mean(), settings)
  const network = new RowNetwork({ columns: train.items.size, layers, activation, residual: false, presence: false })
  const batches = new RowBatches({
    ...{ csr: train.byUser(), baseline, withhold, inputDropout: 0, normalise, bags: ['input'] },
    ...{ batch, width: layers.at(-1)!, seed: 1 },
  })
  const kept = { kind: sparsity, weight: sparsityWeight, target: sparsityTarget }
  const context = { random: new Random(1), seed: 1, threads }
  const step: GraphStep = await createRowStep(network, batches, baseline, { ...settings, sparsity: kept }, context)
  return { step, batches }
}

/** The loss of a small network's first batch against plain TypeScript in double precision. */
async function check(): Promise<string> {
  const scale = { min: 0.5, max: 5, step: 0.5 }
  const train = synthesise({ users: 60, items: 50, ratings: 900, scale, seed: 2 }).interactions
  const { step, batches } = await build(train, [12, 4, 12], 'one', 32, 1)
  const w = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, Float64Array.from(view)]))
  const { offsets, indices, values } = train.byUser()
  const chosen = Int32Array.from({ length: 32 }, (_, n) => (n * 27) % batches.examples)
  const dense = (x: number[], l: number): number[] =>
    Array.from(w[`layer${l}.bias`]!, (bias, j) => {
      const columns = w[`layer${l}.bias`]!.length
      return Math.max(
        0,
        x.reduce((sum, xi, i) => sum + xi * w[`layer${l}.weight`]![i * columns + j]!, bias),
      )
    })
  let sum = 0
  for (const entry of chosen) {
    const user = offsets.findIndex((_, u) => offsets[u + 1]! > entry)
    const first = Array.from(w['layer0.bias']!)
    const others = offsets[user + 1]! - offsets[user]! - 1
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) {
      if (e === entry) continue
      for (let d = 0; d < 12; d++) first[d]! += (values[e]! / Math.sqrt(others)) * w.input![indices[e]! * 12 + d]!
    }
    const hidden = dense(
      dense(
        first.map((x) => Math.max(0, x)),
        1,
      ),
      2,
    )
    const item = indices[entry]!
    const rated = hidden.reduce((s, x, d) => s + x * w.output![item * 12 + d]!, w['output.bias']![item]!)
    sum += (rated - values[entry]!) ** 2
  }
  step.prepare(0, chosen, 0)
  const apart = close('the first loss', [await step.run(0, 0.01)], [sum / 32], 1e-5)
  await step.release()
  return `the loss of a small network's first batch against plain TypeScript in double precision: within ${apart.toExponential(1)}`
}
