import { expect, test } from 'vitest'
import { createArena } from '../../../src/engine/memory/arena.ts'
import { createDenseOptimiser } from '../../../src/engine/optimisers/dense.ts'
import { createTableOptimiser } from '../../../src/engine/optimisers/table.ts'

const smallest = 2 ** -126
const denormal = (x: number): boolean => x !== 0 && Math.abs(x) < smallest

test('moments of weights that get no gradient any more never become denormal: a dense parameter', async () => {
  const arena = await createArena({ bytes: 2 ** 16 })
  const [weights, gradient] = [arena.float32(9), arena.float32(9)]
  const optimiser = createDenseOptimiser(arena, { weights, gradient }, { kind: 'adam', beta2: 0.99 })
  gradient.fill(0.5)
  let seen = 0
  for (let t = 0; t < 10_000; t++) {
    if (t === 3) gradient.fill(0, 0, 5)
    optimiser.step(1e-3)
    const { m, v } = optimiser.state().views
    seen += [...m!, ...v!].filter(denormal).length
  }
  const { m, v } = optimiser.state().views
  expect(seen).toBe(0)
  expect([...m!.subarray(0, 5), ...v!.subarray(0, 5)]).toEqual(new Array(10).fill(0))
  expect(m![5]).toBeCloseTo(0.5, 4)
})

test('moments of weights that get no gradient any more never become denormal: rows of a table', async () => {
  const arena = await createArena({ bytes: 2 ** 16 })
  const weights = arena.float32(4 * 8)
  const optimiser = createTableOptimiser(arena, { weights, dim: 8, capacity: 2 }, { kind: 'lazy-adam', beta2: 0.99 })
  const [ids, gradients] = [arena.int32(2), arena.float32(2 * 8)]
  ids.set([1, 3])
  gradients.fill(0.5)
  let seen = 0
  for (let t = 0; t < 10_000; t++) {
    // Half a row's gradient stops: a dropped or dead feature.
    if (t === 3) gradients.fill(0, 0, 4)
    optimiser.accumulate(ids, 2, gradients)
    optimiser.step(1e-3)
    const { m, v } = optimiser.state().views
    seen += [...m!, ...v!].filter(denormal).length
  }
  expect(seen).toBe(0)
  expect([...optimiser.state().views.m!.subarray(8, 12)]).toEqual([0, 0, 0, 0])
})
