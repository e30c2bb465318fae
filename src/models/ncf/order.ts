import { keyOf, visits } from '../../engine/dot/order.ts'

/**
 * The order of an epoch's examples as a keyed permutation, by seed and epoch: each example once. Several times
 * faster than shuffling, whose swaps miss the cache when there are millions of examples.
 */
export function epochOrder(seed: number): (epoch: number, examples: number) => Int32Array {
  return (epoch, examples) => visits(examples, Math.ceil(Math.log2(examples)), keyOf(seed, epoch, 0x6e6366))
}
