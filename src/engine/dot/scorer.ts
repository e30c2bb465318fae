import { arenaBytes, createArena } from '../memory/arena.ts'
import { type DotKernel, instantiateDot, widthOf } from './kernel.ts'
import { type DotSide, packRows } from './rows.ts'
import type { DotSettings } from './settings.ts'

/** Users scored in one call of the kernel. */
const block = 16

export type DotOutput = Pick<DotSettings, 'factors' | 'output' | 'offset' | 'low' | 'high'>

/** Predictions of all items, unclipped, by the SIMD kernel. Holds its own copy of the item side. */
export class DotScorer {
  private readonly kernel: DotKernel
  private readonly factors: number
  private readonly items: number
  private readonly rows: Float32Array
  private readonly out: Float32Array

  private constructor(kernel: DotKernel, factors: number, items: number, rows: Float32Array, out: Float32Array) {
    this.kernel = kernel
    this.factors = factors
    this.items = items
    this.rows = rows
    this.out = out
  }

  /** Throws `out-of-memory` where there is no room for the items and a block of scores. */
  static async create(items: DotSide, { factors, output, offset, low, high }: DotOutput): Promise<DotScorer> {
    const width = widthOf(factors)
    const count = items.biases.length
    const sizes = [count * width, block * width, block * count]
    const arena = await createArena({ bytes: arenaBytes({ float32: sizes }) })
    const [table, rows, out] = sizes.map((size) => arena.float32(size)) as [Float32Array, Float32Array, Float32Array]
    packRows(table, 'item', items, null, factors)
    const kernel = await instantiateDot(arena.memory, arena.simd)
    kernel.configureTables(0, table.byteOffset, width)
    kernel.configureOutput(output === 'sigmoid' ? 1 : 0, offset, low, high)
    return new DotScorer(kernel, factors, count, rows, out)
  }

  /** users x items, row-major. */
  scores(users: DotSide): Float32Array {
    const { factors, items, rows, out } = this
    const count = users.biases.length
    const scores = new Float32Array(count * items)
    for (let from = 0; from < count; from += block) {
      const n = Math.min(block, count - from)
      const some = {
        factors: users.factors.subarray(from * factors, (from + n) * factors),
        biases: users.biases.subarray(from, from + n),
      }
      packRows(rows, 'user', some, null, factors)
      this.kernel.predictAll(rows.byteOffset, n, items, out.byteOffset)
      scores.set(out.subarray(0, n * items), from * items)
    }
    return scores
  }
}
