import type { DrawKeys } from './draws.ts'
import { instantiateKernels, type Simd } from './load.ts'
import { addressIn } from './views.ts'

/** A restricted Boltzmann machine with one softmax unit of `levels` states per item, all in one memory. */
export interface RbmTables {
  readonly units: number
  readonly levels: number
  /** items x levels x units. */
  readonly weights: Float32Array
  /** items x levels. */
  readonly visible: Float32Array
  /** units. */
  readonly hidden: Float32Array
  /** items x units for the conditional machine, which also sees what was rated; empty for the plain one. */
  readonly presence: Float32Array
}

export interface RbmKernels {
  /**
   * Adds one user's contrastive divergence (data minus reconstruction after `steps` Gibbs steps, hidden probabilities at
   * both ends; Salakhutdinov et al. 2007, equations 6 and 7) to `gradient`, of the same sizes. `items` and `given` are the
   * user's items and levels, each item once. `scratch`: at least rbmScratch() floats. Returns the sum over the ratings
   * of -log p(level | first drawn hidden states).
   */
  contrast(
    tables: RbmTables,
    items: Int32Array,
    given: Int32Array,
    steps: number,
    keys: DrawKeys,
    scratch: Float32Array,
    gradient: RbmTables,
  ): number
}

/** Floats of scratch for a user of n ratings. */
export const rbmScratch = (units: number, levels: number, n: number): number => 3 * units + levels + n

type Exports = Record<'configure' | 'contrast', (...values: number[]) => number>

/** The kernels over a memory; every array they are given must be a view of it. */
export async function createRbmKernels(memory: WebAssembly.Memory, simd: 'auto' | Simd = 'auto'): Promise<RbmKernels> {
  const wasm = await instantiateKernels<Exports>('rbm', memory, simd)
  const at = addressIn(memory)
  return {
    contrast(tables, items, given, steps, keys, scratch, gradient) {
      const { units, levels, weights, visible, hidden, presence } = tables
      const n = items.length
      const rows = visible.length / levels
      for (const item of items) if (!(item >= 0 && item < rows)) throw new RangeError(`item ${item} of ${rows}`)
      for (const level of given)
        if (!(level >= 0 && level < levels)) throw new RangeError(`level ${level} of ${levels}`)
      const address = ({
        weights: w,
        visible: v,
        hidden: b,
        presence: d,
      }: RbmTables): [number, number, number, number] => [
        at(w, weights.length, 'weights'),
        at(v, visible.length, 'visible'),
        at(b, hidden.length, 'hidden'),
        presence.length === 0 ? 0 : at(d, presence.length, 'presence'),
      ]
      wasm.configure(...address(tables), units, levels)
      return wasm.contrast(
        at(items, n, 'items'),
        at(given, n, 'given'),
        n,
        steps,
        ...keys,
        at(scratch, rbmScratch(units, levels, n), 'scratch'),
        ...address(gradient),
      )
    },
  }
}
