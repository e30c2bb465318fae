import { availableParallelism } from 'node:os'
import { Random } from '../src/core/random.ts'
import { synthesise } from '../src/data/index.ts'
import { Contest } from './dnn/contest.ts'
import type { DnnShape } from './dnn/network.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { interleave } from './harness/interleave.ts'
import { createProduct } from './harness/product.ts'
import { ratios, summarise } from './harness/statistics.ts'
import { openTf, remedy } from './tfjs/open.ts'
import { TfTrainer } from './tfjs/trainer.ts'

const threadCounts = availableParallelism() > 1 ? [1, 2] : [1]
const words = (threads: number): string => `${threads} thread${threads > 1 ? 's' : ''}`

const benchmark: Benchmark = {
  name: 'tfjs',
  summary: 'the same training step and a matrix product beside TensorFlow.js with its WebAssembly backend',
  async run(bench) {
    const tf = await openTf()
    if (!tf) {
      bench.skipped.push(remedy)
      return
    }
    const { quick } = bench
    const threaded = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')
    bench.notes.push(
      `TensorFlow.js ${tf.version['tfjs-core']}, SIMD ${await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')}, threads ${threaded}`,
      'its WebAssembly backend has no gradient of a lookup: rows are gathered and updated in plain JavaScript there',
    )
    const [users, items, ratings] = quick ? [300, 200, 5_000] : [6_040, 3_706, 1_000_000]
    const scale = { min: 0.5, max: 5, step: 0.5 }
    const data = synthesise({ users, items, ratings, scale, timestamps: false, userSkew: 0.5 }).interactions
    const shape: DnnShape = {
      ...{ users, items, factors: quick ? 16 : 128, layers: quick ? [32, 16] : [512, 256, 128, 64] },
      ...{ normalised: false, dropout: [] },
    }
    const contest = new Contest(shape, data)
    const { losses } = await contest.check(64)
    const make = (): TfTrainer => new TfTrainer(tf, shape, contest.weights, data, contest.order)
    const apart = close('the loss of TensorFlow.js', make().train(64, 3), losses, 1e-4)
    bench.checks.push(`three losses of both, ours checked against plain TypeScript: within ${apart.toExponential(1)}`)

    const size = quick ? 128 : 1024
    const random = new Random(1)
    const matrix = () =>
      tf.tensor(
        Float32Array.from({ length: size * size }, () => random.float() - 0.5),
        [size, size],
      )
    const [a, b] = [matrix(), matrix()]
    const products = await Promise.all(threadCounts.map((threads) => createProduct(size, threads)))
    const theirs = (): number => {
      const started = performance.now()
      for (let n = 0; n < 2; n++) {
        const c = tf.matMul(a, b)
        c.dataSync()
        c.dispose()
      }
      return (2 * 2 * size ** 3) / (performance.now() - started) / 1e6
    }
    const repeats = quick ? 2 : 7
    const ceilings = await interleave(
      [
        { name: 'theirs', run: theirs },
        ...products.map((product, p) => ({ name: words(threadCounts[p]!), run: () => product.run(4) })),
      ],
      { repeats, progress: bench.progress },
    )
    const product = `matrix product ${size} x ${size} x ${size}`
    bench.figure(product, 'TensorFlow.js', 'GFLOP/s', ceilings.theirs!)
    for (const threads of threadCounts) {
      bench.figure(product, `ONNX Runtime, ${words(threads)}`, 'GFLOP/s', ceilings[words(threads)]!)
      bench.figure(
        product,
        `to TensorFlow.js, ${words(threads)}`,
        'x',
        ratios(ceilings[words(threads)]!, ceilings.theirs!),
      )
    }
    for (const batch of quick ? [64] : [64, 256, 1024]) {
      const trainer = make()
      const steps = quick ? 2 : Math.max(4, 2048 / batch)
      const ours = await Promise.all(
        threadCounts.map((threads) => contest.make({ batch, threads, tables: 'lazy-adam' })),
      )
      const measured = await interleave(
        [
          {
            name: 'TensorFlow.js',
            run: () => {
              const started = performance.now()
              if (!trainer.train(batch, steps).every(Number.isFinite)) throw new Error('TensorFlow.js diverged')
              return (performance.now() - started) / 1000 / steps
            },
          },
          ...ours.map((step, t) => ({
            name: words(threadCounts[t]!),
            run: () => contest.train(step, batch, 2 * steps),
          })),
        ],
        { repeats, progress: (what) => bench.progress(`batch ${batch}: ${what}`) },
      )
      const group = `training step, batch ${batch}`
      for (const [name, seconds] of Object.entries(measured)) {
        bench.figure(
          group,
          name,
          'thousand samples/s',
          seconds.map((s) => batch / s / 1000),
        )
      }
      const median = (name: string): number => summarise(measured[name]!).median
      const best = threadCounts.map(words).sort((x, y) => median(x) - median(y))[0]!
      bench.figure(group, `ours (${best}) to TensorFlow.js`, 'x', ratios(measured['TensorFlow.js']!, measured[best]!))
      for (const step of ours) await step.release()
    }
    for (const p of products) await p.release()
  },
}
export default benchmark
