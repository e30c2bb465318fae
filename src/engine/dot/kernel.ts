import type { Simd } from '../kernels/load.ts'
import { instantiateKernels } from '../kernels/load.ts'

/** The exports of src/engine/kernels/wasm/dot.ts, described there. Addresses are byte offsets, counts are elements. */
export interface DotKernel {
  configureTables(users: number, items: number, width: number): void
  configureOutput(sigmoid: 0 | 1, offset: number, low: number, high: number): void
  configureDecay(l2: number, l2Bias: number): void
  configureBatch(
    userSlots: number,
    userTouched: number,
    userGradients: number,
    userMoments: number,
    itemSlots: number,
    itemTouched: number,
    itemGradients: number,
    itemMoments: number,
  ): void
  sgd(ratings: number, count: number, bits: number, key: number, rate: number): number
  gather(ratings: number, count: number, bits: number, key: number, out: number): void
  batch(ratings: number, n: number, stepSize: number, epsilon: number, beta1: number, beta2: number): number
  squaredError(ratings: number, n: number): number
  predictAll(rows: number, users: number, items: number, out: number): void
  sigmoid(values: number, n: number): void
}

export const instantiateDot = (memory: WebAssembly.Memory, simd: 'auto' | Simd): Promise<DotKernel> =>
  instantiateKernels<DotKernel>('dot', memory, simd)

/** Bytes of one rating in memory: user, item, rating. */
export const ratingBytes = 12

/** Floats of a row: the factors, zeros up to a multiple of four, and in the last two places bias and one (items: one and bias). */
export const widthOf = (factors: number): number => Math.ceil((factors + 2) / 4) * 4

/** Places of the bias and of the constant one in a row. */
export const placesOf = (side: 'user' | 'item', width: number): { bias: number; one: number } =>
  side === 'user' ? { bias: width - 2, one: width - 1 } : { bias: width - 1, one: width - 2 }
