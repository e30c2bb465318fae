import { Random } from '../src/core/random.ts'
import { createArena, referenceKernels, type Workspace } from '../src/engine/index.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { interleave, perCall } from './harness/interleave.ts'
import { ratios } from './harness/statistics.ts'
import { kernelCases } from './kernels/cases.ts'

const plainMemory: Workspace = {
  float32: (n) => new Float32Array(n),
  int32: (n) => new Int32Array(n),
  uint8: (n) => new Uint8Array(n),
  kernels: referenceKernels,
}

const benchmark: Benchmark = {
  name: 'kernels',
  summary: 'the compiled kernels, with relaxed and with plain SIMD, beside their TypeScript references',
  async run(bench) {
    const { quick } = bench
    let worst = 0
    for (const { name, size, unit, elements, build } of kernelCases) {
      bench.progress(name)
      // A fresh memory each: how arrays lie to each other is then the same for both builds.
      const bytes = 64 * 2 ** 20
      const workspaces = {
        relaxed: await createArena({ bytes, simd: 'relaxed' }),
        plain: await createArena({ bytes, simd: 'plain' }),
        reference: plainMemory,
      }
      const runs = Object.entries(workspaces).map(([which, workspace]) => ({
        which,
        ...build(workspace, new Random(1)),
      }))
      for (const { run } of runs) run()
      const truth = runs[2]!.results()
      for (const { which, results } of runs.slice(0, 2)) {
        results().forEach((values, r) => {
          worst = Math.max(worst, close(`${name}, ${which}, result ${r}`, values, truth[r]!, 1e-4))
        })
      }
      const contenders = runs.map(({ which, run }) => perCall(which, run, quick ? 0.001 : 0.02))
      const measured = await interleave(contenders, { repeats: quick ? 2 : 9 })
      const group = `${name}: ${size}`
      const relaxed = measured.relaxed!
      bench.figure(
        group,
        'relaxed SIMD',
        `ns per ${unit}`,
        relaxed.map((seconds) => (seconds * 1e9) / elements),
      )
      bench.figure(group, 'times faster than plain SIMD', 'x', ratios(measured.plain!, relaxed))
      bench.figure(group, 'times faster than the reference', 'x', ratios(measured.reference!, relaxed))
    }
    bench.checks.push(
      `${kernelCases.length} kernels in both builds against their references: within ${worst.toExponential(1)}`,
    )
  },
}
export default benchmark
