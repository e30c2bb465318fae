import { type BagExports, type BagKernels, bindBags } from './bag.ts'
import { bindDraws, type DrawExports, type DrawKernels } from './draws.ts'
import { instantiateKernels, type Simd } from './load.ts'
import { bindRows, type RowExports, type RowKernels } from './rows.ts'
import { bindScores, type ScoreExports, type ScoreKernels } from './scores.ts'
import { bindUpdates, type UpdateExports, type UpdateKernels } from './updates.ts'
import { addressIn } from './views.ts'

/** Every kernel; each has a plain TypeScript meaning in reference/ with the same signature. */
export interface Kernels extends RowKernels, BagKernels, UpdateKernels, ScoreKernels, DrawKernels {}

type Exports = RowExports & BagExports & UpdateExports & ScoreExports & DrawExports

/** The compiled kernels over a memory; every array they are given must be a view of it. */
export async function createKernels(memory: WebAssembly.Memory, simd: 'auto' | Simd = 'auto'): Promise<Kernels> {
  const wasm = await instantiateKernels<Exports>('main', memory, simd)
  const at = addressIn(memory)
  return {
    ...bindRows(wasm, at),
    ...bindBags(wasm, at),
    ...bindUpdates(wasm, at),
    ...bindScores(wasm, at),
    ...bindDraws(wasm, at),
  }
}
