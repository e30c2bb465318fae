import { expect, test } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { clipByValue, clipGlobalNorm } from '../../../src/engine/clipping.ts'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import { type Arena, createArena } from '../../../src/engine/memory/arena.ts'
import { createDenseOptimiser, denseOptimiserBytes } from '../../../src/engine/optimisers/dense.ts'
import type { OptimiserOptions, OptimiserState } from '../../../src/engine/optimisers/optimiser.ts'
import { createTableOptimiser, tableOptimiserBytes } from '../../../src/engine/optimisers/table.ts'
import { expectClose, normals } from '../kernels/agree.ts'

const every: OptimiserOptions[] = [
  { kind: 'sgd' },
  { kind: 'sgd', momentum: 0.9 },
  { kind: 'adam' },
  { kind: 'adamw' },
  { kind: 'lazy-adam' },
  { kind: 'adagrad' },
  { kind: 'row-adagrad' },
]

const [rows, dim, batch] = [40, 6, 8]

/** A table with random weights and a step that touches some of its rows, some of them twice. */
function training(arena: Arena, options: OptimiserOptions, seed: number) {
  const weights = normals(arena, rows * dim, new Random(seed))
  const optimiser = createTableOptimiser(arena, { weights, dim, capacity: batch }, options)
  const [ids, out] = [arena.int32(batch), arena.float32(batch * dim)]
  const gradients = arena.float32(batch * dim)
  const dense = new Float32Array(rows * dim)
  const step = (t: number): void => {
    const random = new Random(1000 * seed + t)
    dense.fill(0)
    for (let r = 0; r < batch; r++) ids[r] = Math.min(random.int(rows), random.int(rows))
    ids[batch - 1] = ids[0]!
    for (let i = 0; i < gradients.length; i++) {
      gradients[i] = random.normal()
      dense[ids[Math.floor(i / dim)]! * dim + (i % dim)]! += gradients[i]!
    }
    optimiser.gather(ids, batch, out)
    optimiser.accumulate(ids, batch, gradients)
    optimiser.step(rate(t))
  }
  return { weights, optimiser, step, dense }
}

const rate = (t: number): number => 0.01 / (1 + t / 1000)

test.each([
  { kind: 'adam' },
  { kind: 'adam', beta1: 0.5, l2: 0.01 },
  { kind: 'adam', beta1: 0 },
  { kind: 'adamw', weightDecay: 0.1 },
] satisfies OptimiserOptions[])(
  '%o of a table equals dense Adam over 5,000 steps, past the memory of idle steps',
  async (options) => {
    const arena = await createArena({ bytes: 4 * 2 ** 20 })
    const { weights, optimiser, step, dense } = training(arena, options, 7)
    const [copy, gradient] = [arena.float32(weights.length), arena.float32(weights.length)]
    copy.set(weights)
    const whole = createDenseOptimiser(arena, { weights: copy, gradient }, options)
    for (let t = 0; t < 5000; t++) {
      step(t)
      gradient.set(dense)
      whole.step(rate(t))
      if (t === 37 || t === 4095 || t === 4999) {
        optimiser.flush()
        expectClose(weights, copy, 1e-5, `step ${t}`)
      }
    }
  },
)

test('lazy Adam leaves untouched rows alone, exact Adam does not', async () => {
  const arena = await createArena({ bytes: 4 * 2 ** 20 })
  for (const kind of ['adam', 'lazy-adam'] as const) {
    const { weights, optimiser, step } = training(arena, { kind }, 3)
    step(0)
    optimiser.flush()
    const before = weights.slice()
    const ids = arena.int32(1)
    ids[0] = rows - 1
    optimiser.accumulate(ids, 1, arena.float32(dim).fill(1))
    optimiser.step(0.01)
    optimiser.flush()
    const moved = [...Array(rows - 1).keys()].filter((row) => weights[row * dim] !== before[row * dim])
    expect(moved.length > 0).toBe(kind === 'adam')
    expect(weights[(rows - 1) * dim]).not.toBe(before[(rows - 1) * dim])
  }
})

test.each(every)('%o: a run that stops, is saved and goes on gives the same bits', async (options) => {
  const arena = await createArena({ bytes: 16 * 2 ** 20 })
  const straight = training(arena, options, 5)
  for (let t = 0; t < 30; t++) straight.step(t)
  const first = training(arena, options, 5)
  for (let t = 0; t < 17; t++) first.step(t)
  const { views, counters } = first.optimiser.state()
  const saved = JSON.parse(
    JSON.stringify({ views: Object.fromEntries(Object.entries(views).map(([k, v]) => [k, [...v]])), counters }),
  )
  const second = training(arena, options, 5)
  second.weights.set(first.weights)
  second.optimiser.restore(saved as OptimiserState)
  for (let t = 17; t < 30; t++) second.step(t)
  straight.optimiser.flush()
  second.optimiser.flush()
  expect([...second.weights]).toEqual([...straight.weights])
})

test('a dense optimiser goes on from its saved state, and refuses another one', async () => {
  const arena = await createArena({ bytes: 2 ** 20 })
  const make = () => {
    const [weights, gradient] = [arena.float32(5).fill(1), arena.float32(5)]
    const optimiser = createDenseOptimiser(arena, { weights, gradient }, { kind: 'adam' })
    const step = (t: number): void => {
      for (let i = 0; i < 5; i++) gradient[i] = Math.sin(5 * t + i)
      optimiser.step(0.01)
    }
    return { weights, optimiser, step }
  }
  const straight = make()
  for (let t = 0; t < 9; t++) straight.step(t)
  const [first, second] = [make(), make()]
  for (let t = 0; t < 4; t++) first.step(t)
  second.weights.set(first.weights)
  second.optimiser.restore(first.optimiser.state())
  for (let t = 4; t < 9; t++) second.step(t)
  expect([...second.weights]).toEqual([...straight.weights])
  expect(() => second.optimiser.restore({ views: { m: new Float32Array(5) }, counters: {} })).toThrow(
    'optimiser state "v": 5 numbers expected, none given',
  )
})

test.each(every)('%o takes exactly the bytes that were planned', async (options) => {
  const arena = await createArena({ bytes: 4 * 2 ** 20 })
  const weights = arena.float32(rows * dim)
  const before = arena.used
  createTableOptimiser(arena, { weights, dim, capacity: 8 }, options)
  expect(arena.used - before).toBe(tableOptimiserBytes(options, rows, dim, 8))
  if (options.kind === 'lazy-adam' || options.kind === 'row-adagrad') {
    const gradient = weights
    expect(() => createDenseOptimiser(arena, { weights, gradient }, options)).toThrow('updates rows of a table')
  } else {
    const start = arena.used
    createDenseOptimiser(arena, { weights, gradient: weights }, options)
    expect(arena.used - start).toBe(denseOptimiserBytes(options, rows * dim))
  }
})

test('row Adagrad by hand: one sum of the mean square for the whole row', async () => {
  const arena = await createArena({ bytes: 2 ** 20 })
  const weights = arena.float32(4)
  const optimiser = createTableOptimiser(arena, { weights, dim: 2, capacity: 2 }, { kind: 'row-adagrad' })
  const [ids, gradients] = [arena.int32(1), arena.float32(2)]
  ids[0] = 1
  gradients.set([3, 4])
  for (const expected of [
    // The mean of 9 and 16 is 12.5.
    [0, 0, (-0.1 * 3) / Math.sqrt(12.5), (-0.1 * 4) / Math.sqrt(12.5)],
    [0, 0, -0.3 / Math.sqrt(12.5) - 0.3 / 5, -0.4 / Math.sqrt(12.5) - 0.4 / 5],
  ]) {
    optimiser.accumulate(ids, 1, gradients)
    optimiser.step(0.1)
    expectClose(weights, expected, 1e-6)
  }
})

test('every option changes the result', async () => {
  const arena = await createArena({ bytes: 64 * 2 ** 20 })
  const result = (options: OptimiserOptions): string => {
    const { weights, optimiser, step } = training(arena, options, 2)
    for (let t = 0; t < 3; t++) step(t)
    optimiser.flush()
    return weights.join()
  }
  for (const changed of [
    [{ kind: 'sgd' }, { momentum: 0.5 }, { l1: 0.1 }, { l2: 0.1 }, { weightDecay: 0.1 }],
    [{ kind: 'sgd', momentum: 0.5 }, { nesterov: true }],
    [{ kind: 'adam' }, { beta1: 0.8 }, { beta2: 0.9 }, { epsilon: 0.1 }, { l1: 0.1 }, { l2: 0.1 }, { kind: 'adamw' }],
    [{ kind: 'lazy-adam' }, { beta1: 0.8 }, { epsilon: 0.1 }, { weightDecay: 0.1 }, { kind: 'adam' }],
    [{ kind: 'adagrad' }, { epsilon: 0.1 }, { initialSum: 1 }, { l2: 0.1 }, { kind: 'row-adagrad' }],
    [{ kind: 'row-adagrad' }, { epsilon: 0.1 }, { initialSum: 1 }, { l1: 0.1 }],
  ]) {
    const base = changed[0] as OptimiserOptions
    const results = [base, ...changed.slice(1).map((option) => ({ ...base, ...option }) as OptimiserOptions)].map(
      result,
    )
    expect(new Set(results).size).toBe(results.length)
  }
})

test('settings out of range are refused', async () => {
  const arena = await createArena({ bytes: 2 ** 20 })
  const table = { weights: arena.float32(4), dim: 2, capacity: 2 }
  for (const [options, say] of [
    [{ kind: 'adam', beta1: 1 }, 'beta1 = 1'],
    [{ kind: 'sgd', momentum: -0.1 }, 'momentum = -0.1'],
    [{ kind: 'adagrad', epsilon: 0 }, 'epsilon = 0'],
    [{ kind: 'sgd', l2: Number.NaN }, 'l2 = NaN'],
    [{ kind: 'nadam' }, 'there is no optimiser "nadam"'],
  ] as [OptimiserOptions, string][]) {
    expect(() => createTableOptimiser(arena, table, options)).toThrow(say)
  }
  expect(() => createTableOptimiser(arena, { ...table, dim: 3 }, { kind: 'sgd' })).toThrow('not whole rows of 3')
})

test('clipping by norm and by value', async () => {
  const arena = await createArena({ bytes: 2 ** 20 })
  for (const kernels of [arena.kernels, referenceKernels]) {
    const [a, b] = [arena.float32(5), arena.float32(2)]
    a.set([3, 0, 0, 0, 0])
    b.set([0, -4])
    expect(
      clipGlobalNorm(
        [a, b].map((gradient) => ({ kernels, gradient })),
        10,
      ),
    ).toBe(5)
    expect([...a, ...b]).toEqual([3, 0, 0, 0, 0, 0, -4])
    expect(
      clipGlobalNorm(
        [a, b].map((gradient) => ({ kernels, gradient })),
        1,
      ),
    ).toBe(5)
    expectClose([...a, ...b], [0.6, 0, 0, 0, 0, 0, -0.8], 1e-7)
    clipByValue(kernels, [a, b], 0.7)
    expectClose([...a, ...b], [0.6, 0, 0, 0, 0, 0, -0.7], 1e-7)
    a[2] = Number.NaN
    expect(
      clipGlobalNorm(
        [a, b].map((gradient) => ({ kernels, gradient })),
        0.1,
      ),
    ).toBeNaN()
    expectClose([...b], [0, -0.7], 1e-7)
    expect(() => clipGlobalNorm([{ kernels, gradient: a }], 0)).toThrow(RangeError)
    expect(() => clipByValue(kernels, [a], Number.NaN)).toThrow(RangeError)
  }
})
