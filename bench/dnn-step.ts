import { availableParallelism } from 'node:os'
import { type Interactions, synthesise } from '../src/data/index.ts'
import type { TrainingStep } from '../src/engine/trainer/step.ts'
import { Contest } from './dnn/contest.ts'
import { type DnnShape, operations } from './dnn/network.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { type Contender, interleave } from './harness/interleave.ts'
import { createProduct, type Product } from './harness/product.ts'
import { ratios, summarise } from './harness/statistics.ts'
import { Torch } from './harness/torch.ts'

const threadCounts = availableParallelism() > 1 ? [1, 2] : [1]
const words = (threads: number): string => `${threads} thread${threads > 1 ? 's' : ''}`

interface Rivals {
  readonly torch: Torch | null
  readonly products: readonly Product[]
}

const benchmark: Benchmark = {
  name: 'dnn-step',
  summary: 'training step of the 256-512-256-128-64-1 network with 128-d embeddings, beside PyTorch on the CPU',
  async run(bench) {
    const { quick } = bench
    const [users, items, ratings] = quick ? [300, 200, 5_000] : [6_040, 3_706, 1_000_000]
    bench.progress(`making ${ratings} ratings`)
    const scale = { min: 0.5, max: 5, step: 0.5 }
    const data = synthesise({ users, items, ratings, scale, timestamps: false, userSkew: 0.5 }).interactions
    const plain: DnnShape = {
      ...{ users, items, factors: quick ? 16 : 128, layers: quick ? [32, 16] : [512, 256, 128, 64] },
      ...{ normalised: false, dropout: [] },
    }
    const full: DnnShape = { ...plain, normalised: true, dropout: quick ? [0.3, 0.2] : [0.3, 0.2, 0.2, 0.1] }
    const { torch, missing } = Torch.open('step.py')
    if (missing) bench.skipped.push(missing)
    const products = await Promise.all(threadCounts.map((threads) => createProduct(quick ? 128 : 1024, threads)))
    try {
      await contest(bench, 'plain', plain, data, { torch, products })
      await contest(bench, 'batch normalisation and dropout', full, data, { torch, products })
      if (torch) {
        const { bytes } = await torch.ask<{ bytes: number }>({ peak: true })
        bench.figure('memory', 'peak of the PyTorch process', 'MiB', [bytes / 2 ** 20])
      }
    } finally {
      torch?.close()
    }
    for (const product of products) await product.release()
    bench.notes.push(
      'a step is all of it: batch filled, rows gathered, forward and backward pass, duplicate rows summed, every weight updated',
      "operations counted: the products' alone, 2 m n k forward and twice that backward; the ceiling is ONNX Runtime's 1024^3 product in the same round, the better of 1 and 2 threads",
      'PyTorch: the same first weights, ratings and order; sparse: Embedding(sparse=True) with SparseAdam, dense: Adam for everything; denormals flushed; ours is lazy Adam for the embeddings except where it says exact',
    )
  },
}
export default benchmark

/** One network at all batch sizes. */
async function contest(bench: Bench, title: string, shape: DnnShape, data: Interactions, rivals: Rivals) {
  const { quick } = bench
  const match = new Contest(shape, data)
  bench.progress(`${title}: comparing with the reference`)
  const { loss, apart, losses } = await match.check(64)
  bench.checks.push(
    `${title}: three steps against plain TypeScript in double precision: losses within ${loss.toExponential(1)}, ` +
      `${(100 * (1 - apart)).toFixed(2)}% of all weights within 1e-5`,
  )
  if (rivals.torch) {
    await match.give(rivals.torch, bench.folder)
    if (shape.dropout.length === 0) {
      await rivals.torch.ask({ make: 'check', threads: 1, sparse: true })
      const answer = await rivals.torch.ask<{ losses: number[] }>({ train: 'check', batch: 64, steps: 3 })
      const apart = close("PyTorch's loss", losses, answer.losses, 1e-4)
      bench.checks.push(`${title}: the same three losses by PyTorch: within ${apart.toExponential(1)}`)
    }
  }
  for (const batch of quick ? [64] : [64, 256, 1024]) await atBatch(bench, title, match, batch, rivals)
}

async function atBatch(bench: Bench, title: string, match: Contest, batch: number, { torch, products }: Rivals) {
  const { quick } = bench
  const group = `${title}, batch ${batch}`
  const steps = quick ? 4 : Math.max(8, 8192 / batch)
  const made: TrainingStep[] = []
  const contenders: Contender[] = []
  for (const tables of ['lazy-adam', 'adam'] as const) {
    for (const threads of threadCounts) {
      const step = await match.make({ batch, threads, tables })
      made.push(step)
      const name = `${tables === 'adam' ? 'exact Adam, ' : ''}${words(threads)}`
      contenders.push({ name, run: () => match.train(step, batch, steps) })
    }
  }
  const sparse = torch ? await torchContenders(bench, torch, group, batch, steps, true) : []
  const dense = torch ? await torchContenders(bench, torch, group, batch, steps, false) : []
  const ceilings = products.map((product, p): Contender => {
    return { name: `product, ${words(threadCounts[p]!)}`, run: () => product.run(quick ? 2 : 4) }
  })
  const measured = await interleave([...contenders, ...sparse, ...dense, ...ceilings], {
    repeats: quick ? 2 : 9,
    warmUps: quick ? 1 : 2,
    progress: (what) => bench.progress(`${group}: ${what}`),
  })
  const perSecond = (name: string): number[] => measured[name]!.map((seconds) => batch / seconds / 1000)
  const best = (names: readonly string[], sign: 1 | -1): string =>
    names.toSorted((a, b) => sign * (summarise(measured[a]!).median - summarise(measured[b]!).median))[0]!
  for (const { name } of [...contenders, ...sparse, ...dense]) {
    bench.figure(group, name, 'thousand samples/s', perSecond(name))
  }
  const ours = best(namesOf(contenders.slice(0, threadCounts.length)), 1)
  const exact = best(namesOf(contenders.slice(threadCounts.length)), 1)
  const ceiling = measured[best(namesOf(ceilings), -1)]!
  const rate = measured[ours]!.map((seconds) => operations(match.shape, batch) / seconds / 1e9)
  const share = bench.figure(group, `share of the product ceiling (${ours})`, 'x', ratios(rate, ceiling))
  if (title === 'plain' && batch === 1024)
    bench.target(`${group}: share of the ceiling`, 'x', 'at least', 0.6, share.median)
  if (torch) {
    const rival = best(namesOf([...sparse, ...dense]), 1)
    const lead = bench.figure(group, `ours (${ours}) to ${rival}`, 'x', ratios(measured[rival]!, measured[ours]!))
    const rest = best(namesOf(dense), 1)
    bench.figure(group, `ours (${exact}) to ${rest}`, 'x', ratios(measured[rest]!, measured[exact]!))
    if (title === 'plain') bench.target(`${group}: times PyTorch's best`, 'x', 'at least', 2.5, lead.median)
  }
  for (const step of made) await step.release()
}

const namesOf = (contenders: readonly Contender[]): string[] => contenders.map(({ name }) => name)

/** PyTorch with sparse or dense embedding gradients: the better of its thread counts in two short trials goes on. */
async function torchContenders(
  bench: Bench,
  torch: Torch,
  group: string,
  batch: number,
  steps: number,
  sparse: boolean,
): Promise<Contender[]> {
  const trials: { contender: Contender; seconds: number }[] = []
  for (const threads of threadCounts) {
    const name = `PyTorch ${sparse ? 'sparse' : 'dense'}, ${words(threads)}`
    bench.progress(`${group}: trying ${name}`)
    await torch.ask({ make: name, threads, sparse })
    const run = async (): Promise<number> => {
      const { seconds, losses } = await torch.ask<{ seconds: number; losses: number[] }>({ train: name, batch, steps })
      if (!losses.every(Number.isFinite)) throw new Error(`${name} diverged`)
      return seconds / steps
    }
    await run()
    trials.push({ contender: { name, run }, seconds: Math.min(await run(), await run()) })
  }
  return [trials.sort((a, b) => a.seconds - b.seconds)[0]!.contender]
}
