import { expect, test } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import type { Bags } from '../../../src/engine/kernels/bag.ts'
import { createArena } from '../../../src/engine/memory/arena.ts'
import { createDenseOptimiser } from '../../../src/engine/optimisers/dense.ts'
import type { OptimiserOptions } from '../../../src/engine/optimisers/optimiser.ts'
import { createTableOptimiser } from '../../../src/engine/optimisers/table.ts'

/** A table read and trained through bags against the same weights trained as a whole from gradients added up in plain arithmetic. */
test.each<[string, OptimiserOptions]>([
  ['adam', { kind: 'adam' }],
  ['adam with a penalty', { kind: 'adam', l2: 0.05 }],
  ['adamw', { kind: 'adamw' }],
  ['sgd', { kind: 'sgd' }],
])('bags and %s: exact, whatever rows a step leaves out', async (_, options) => {
  const arena = await createArena({ bytes: 1 << 20 })
  const [rows, dim, count, most] = [7, 3, 4, 3]
  const random = new Random(1)
  const weights = arena.float32(rows * dim)
  const whole = arena.float32(rows * dim)
  for (let i = 0; i < weights.length; i++) weights[i] = random.normal()
  whole.set(weights)
  const gradient = arena.float32(rows * dim)
  const table = createTableOptimiser(arena, { weights, dim, capacity: count * most }, options)
  const dense = createDenseOptimiser(arena, { weights: whole, gradient }, options)
  const [offsets, ids, factors] = [arena.int32(count + 1), arena.int32(count * most), arena.float32(count * most)]
  const [sums, slopes] = [arena.float32(count * dim), arena.float32(count * dim)]
  for (let step = 0; step < 40; step++) {
    let entries = 0
    for (let b = 0; b < count; b++) {
      offsets[b] = entries
      for (let n = random.int(most + 1); n > 0; n--) {
        // Row 6 seldom, to fall behind.
        ids[entries] = step % 13 === 5 ? 6 : random.int(6)
        factors[entries++] = random.normal()
      }
    }
    offsets[count] = entries
    const bags: Bags = { offsets, ids, weights: factors, mean: false, which: null, n: count }
    table.gatherBags(bags, sums)
    gradient.fill(0)
    for (let b = 0; b < count; b++) {
      for (let d = 0; d < dim; d++) {
        slopes[b * dim + d] = random.normal()
        let sum = 0
        for (let e = offsets[b]!; e < offsets[b + 1]!; e++) {
          sum += factors[e]! * whole[ids[e]! * dim + d]!
          gradient[ids[e]! * dim + d]! += factors[e]! * slopes[b * dim + d]!
        }
        expect(sums[b * dim + d]).toBeCloseTo(sum, 4)
      }
    }
    table.accumulateBags(bags, slopes)
    table.step(0.05)
    dense.step(0.05)
  }
  table.flush()
  expect([...weights]).toEqual([...whole].map((x) => expect.closeTo(x, 4)))
})
