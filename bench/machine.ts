import { availableParallelism } from 'node:os'
import type { Benchmark } from './harness/benchmark.ts'
import { interleave } from './harness/interleave.ts'
import { MemoryCrew, type MemoryJob } from './harness/memory.ts'
import { createProduct } from './harness/product.ts'

const kinds: Record<MemoryJob['kind'], string> = {
  copy: 'memory copy (read + written)',
  read: 'memory read',
  gather: 'random rows of 208 bytes, read',
  update: 'random rows of 208 bytes, read + written',
}

/** What this machine can do at most, today: the other figures are to be seen beside these. */
const benchmark: Benchmark = {
  name: 'machine',
  summary: "ceilings of this machine in this run: ONNX Runtime's matrix product, memory",
  async run(bench) {
    const { quick } = bench
    const counts = availableParallelism() > 1 ? [1, 2] : [1]
    const size = quick ? 128 : 1024
    const rows = quick ? 4096 : 165_237
    const streamBytes = quick ? 2 ** 22 : 2 ** 29
    const seconds = quick ? 0.01 : 0.15
    const products = await Promise.all(counts.map((threads) => createProduct(size, threads)))
    const worst = Math.max(...products.map(({ error }) => error))
    bench.checks.push(`64 elements of the product against plain sums: within ${worst.toExponential(1)}`)
    const crews: MemoryCrew[] = []
    for (const threads of counts) {
      bench.progress(`starting ${threads} memory thread${threads > 1 ? 's' : ''}`)
      crews.push(await MemoryCrew.start(threads, { streamBytes, rows, dim: 52, ids: quick ? 4096 : 2 ** 21, seed: 1 }))
    }
    bench.checks.push('every memory pass left the values it should')
    const threadsOf = (index: number): string => `${counts[index]} thread${counts[index]! > 1 ? 's' : ''}`
    const measured = await interleave(
      counts.flatMap((_, c) => [
        { name: `product ${c}`, run: () => products[c]!.run(quick ? 2 : 20) },
        ...(Object.keys(kinds) as MemoryJob['kind'][]).map((kind) => ({
          name: `${kind} ${c}`,
          run: async () => (await crews[c]!.bandwidth({ kind, seconds })) / 1e9,
        })),
      ]),
      { repeats: quick ? 2 : 9, progress: bench.progress },
    )
    counts.forEach((_, c) => {
      bench.figure(`matrix product ${size} x ${size} x ${size}`, threadsOf(c), 'GFLOP/s', measured[`product ${c}`]!)
    })
    for (const [kind, words] of Object.entries(kinds)) {
      counts.forEach((_, c) => {
        bench.figure(words, threadsOf(c), 'GB/s', measured[`${kind} ${c}`]!)
      })
    }
    bench.notes.push(
      `streams of ${streamBytes / 2 ** 20} MiB in all; the table of rows is as large as that of dot-sgd (${(rows * 208) / 1e6} MB), divided among the threads`,
    )
    await Promise.all([...products.map((product) => product.release()), ...crews.map((crew) => crew.close())])
  },
}
export default benchmark
