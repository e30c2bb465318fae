import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DotKernel, instantiateDot, ratingBytes, widthOf } from '../../src/engine/dot/kernel.ts'
import { visits } from '../../src/engine/dot/order.ts'
import { referenceEpoch, referencePrediction, referenceSide } from '../../src/engine/dot/reference.ts'
import { packRows, unpackRows } from '../../src/engine/dot/rows.ts'
import { adamStepSize, type DotSettings } from '../../src/engine/dot/settings.ts'
import { createArena } from '../../src/engine/memory/arena.ts'
import { adam, largestDifference, sgd, someRatings, someSides } from './dot-data.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const users = 12
const items = 9
const count = 150
const identity = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row)

/** A kernel with ratings and rows in its memory. */
async function setUp(settings: DotSettings, simd: 'relaxed' | 'plain', shared = false) {
  const arena = await createArena({ bytes: 1 << 20, shared, simd })
  const kernel: DotKernel = await instantiateDot(arena.memory, simd)
  const { factors, output, offset, low, high, l2, l2Bias } = settings
  const width = widthOf(factors)
  const ratings = someRatings(users, items, count)
  const sides = someSides(users, items, factors)
  const table = { users: arena.float32(users * width), items: arena.float32(items * width) }
  packRows(table.users, 'user', sides.users, null, factors)
  packRows(table.items, 'item', sides.items, null, factors)
  const words = arena.int32(count * 3)
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length)
  for (let k = 0; k < count; k++) {
    words[3 * k] = ratings.user[k]!
    words[3 * k + 1] = ratings.item[k]!
    floats[3 * k + 2] = ratings.rating[k]!
  }
  kernel.configureTables(table.users.byteOffset, table.items.byteOffset, width)
  kernel.configureOutput(output === 'sigmoid' ? 1 : 0, offset, low, high)
  kernel.configureDecay(l2, l2Bias)
  const reference = { users: referenceSide(sides.users), items: referenceSide(sides.items) }
  const difference = (): number => {
    const now = {
      users: unpackRows(table.users, 'user', identity(users), factors),
      items: unpackRows(table.items, 'item', identity(items), factors),
    }
    return Math.max(
      ...(['users', 'items'] as const).flatMap((side) => [
        largestDifference(now[side].factors, reference[side].factors),
        largestDifference(now[side].biases, reference[side].biases),
      ]),
    )
  }
  return { arena, kernel, width, ratings, table, words, reference, difference }
}

/** Everything in a row but factors and bias: the zeros and the one. */
function fixedPlaces(table: Float32Array, width: number, factors: number, one: number): number[] {
  const seen = new Set<number>()
  for (let at = 0; at < table.length; at += width) {
    for (let d = factors; d < width - 2; d++) seen.add(table[at + d]!)
    seen.add(table[at + one]!)
  }
  return [...seen].sort()
}

for (const simd of ['relaxed', 'plain'] as const) {
  describe(`dot kernels, ${simd}`, () => {
    test.each([
      ['sigmoid', 5],
      ['linear', 5],
      ['sigmoid', 50],
      ['linear', 2],
    ] as const)('SGD by rating: %s, %i factors', async (output, factors) => {
      const settings = { ...sgd, output, factors, offset: output === 'linear' ? 3 : 0.3 }
      const { kernel, ratings, words, reference, difference, table, width } = await setUp(settings, simd)
      const bits = 8
      let expected = 0
      let got = 0
      for (const key of [1, -7]) {
        expected += referenceEpoch(reference, ratings, visits(count, bits, key), settings, 0.01)
        got += kernel.sgd(words.byteOffset, count, bits, key, 0.01)
      }
      expect(got).toBeCloseTo(expected, 2)
      expect(difference()).toBeLessThan(3e-6)
      expect(fixedPlaces(table.users, width, factors, width - 1)).toEqual(widthOf(factors) > factors + 2 ? [0, 1] : [1])
      expect(fixedPlaces(table.items, width, factors, width - 2)).toEqual(widthOf(factors) > factors + 2 ? [0, 1] : [1])
    })

    test.each([
      ['sgd', 32, false],
      ['adam', 32, false],
      ['adam', 1, true],
      ['adam', 150, false],
    ] as const)('mini-batches: %s, batch %i, shared memory %s', async (kind, batch, shared) => {
      const settings: DotSettings = { ...sgd, batch, optimiser: kind === 'sgd' ? { kind } : adam }
      const { arena, kernel, ratings, words, reference, difference, width, table } = await setUp(settings, simd, shared)
      const space = (rows: number): number[] => [
        arena.int32(rows).byteOffset,
        arena.int32(batch).byteOffset,
        arena.float32(batch * width).byteOffset,
        kind === 'sgd' ? 0 : arena.float32(2 * rows * width).byteOffset,
      ]
      const addresses = [...space(users), ...space(items)] as Parameters<DotKernel['configureBatch']>
      kernel.configureBatch(...addresses)
      const shuffled = arena.int32(count * 3)
      let expected = 0
      let got = 0
      let step = 0
      for (const key of [3, 4]) {
        expected += referenceEpoch(reference, ratings, visits(count, 8, key), settings, 0.01, step)
        kernel.gather(words.byteOffset, count, 8, key, shuffled.byteOffset)
        for (let start = 0; start < count; start += batch) {
          step++
          const at = shuffled.byteOffset + start * ratingBytes
          const size = kind === 'sgd' ? 0.01 : adamStepSize(adam, 0.01, step)
          got += kernel.batch(at, Math.min(batch, count - start), size, 1e-8, 0.9, 0.999)
        }
      }
      expect(got).toBeCloseTo(expected, 2)
      expect(difference()).toBeLessThan(2e-5)
      expect(fixedPlaces(table.users, width, 5, width - 1)).toEqual([0, 1])
      expect(fixedPlaces(table.items, width, 5, width - 2)).toEqual([0, 1])
    })

    test('predictions of all items, and squared error, clipped', async () => {
      const settings = { ...sgd, output: 'linear', offset: 4.5 } as const
      const { arena, kernel, ratings, words, reference, table } = await setUp(settings, simd)
      const out = arena.float32(users * items)
      kernel.predictAll(table.users.byteOffset, users, items, out.byteOffset)
      const one = arena.float32(items)
      for (let u = 0; u < users; u++) {
        for (let i = 0; i < items; i++) {
          expect(out[u * items + i]).toBeCloseTo(referencePrediction(reference, u, i, settings), 5)
        }
        kernel.predictAll(table.users.byteOffset + (u * table.users.byteLength) / users, 1, items, one.byteOffset)
        expect(one).toEqual(out.slice(u * items, (u + 1) * items))
      }
      let expected = 0
      for (let k = 0; k < count; k++) {
        const r = referencePrediction(reference, ratings.user[k]!, ratings.item[k]!, settings)
        expected += (Math.min(5, Math.max(0.5, r)) - ratings.rating[k]!) ** 2
      }
      expect(kernel.squaredError(words.byteOffset, count)).toBeCloseTo(expected, 3)
    })

    test('the sigmoid errs by less than 2e-7, and saturates without NaN', async () => {
      const { arena, kernel } = await setUp(sgd, simd)
      const values = arena.float32(20_001)
      const x = Float32Array.from({ length: values.length }, (_, n) => (n - 10_000) / 400)
      values.set(x)
      kernel.sigmoid(values.byteOffset, values.length)
      const exact = Float64Array.from(x, (value) => 1 / (1 + Math.exp(-value)))
      expect(largestDifference(values, exact)).toBeLessThan(2e-7)
      const extremes = [-1e30, -200, 200, 1e30, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      values.set(extremes)
      kernel.sigmoid(values.byteOffset, extremes.length)
      for (const [n, value] of extremes.entries()) expect(values[n]).toBeCloseTo(value < 0 ? 0 : 1, 7)
    })

    test('an SGD step follows the slope of the objective', async () => {
      const { kernel, words, reference, difference, ratings } = await setUp(sgd, simd)
      const user = ratings.user[0]!
      const item = ratings.item[0]!
      const { factors, l2, l2Bias } = sgd
      const parts = [
        [reference.users.factors, user * factors, factors],
        [reference.items.factors, item * factors, factors],
        [reference.users.biases, user, 1],
        [reference.items.biases, item, 1],
      ] as const
      const square = (array: Float64Array, at: number, n: number): number =>
        array.subarray(at, at + n).reduce((sum, x) => sum + x * x, 0)
      const objective = (): number =>
        (referencePrediction(reference, user, item, sgd) - ratings.rating[0]!) ** 2 +
        parts.reduce((sum, [array, at, n]) => sum + (n === 1 ? l2Bias : l2) * square(array, at, n), 0)
      const slopes: number[][] = parts.map(([array, at, n]) =>
        Array.from({ length: n }, (_, d) => {
          const kept = array[at + d]!
          array[at + d] = kept + 1e-5
          const above = objective()
          array[at + d] = kept - 1e-5
          const below = objective()
          array[at + d] = kept
          return (above - below) / 2e-5
        }),
      )
      for (const [p, [array, at]] of parts.entries())
        slopes[p]!.forEach((slope, d) => {
          array[at + d]! -= 0.1 * slope
        })
      kernel.sgd(words.byteOffset, 1, 0, 5, 0.1)
      expect(difference()).toBeLessThan(2e-6)
    })
  })
}

describe('order', () => {
  test('every key gives a permutation, the kernel the same one', async () => {
    const { arena, kernel, words } = await setUp(sgd, 'plain')
    const shuffled = arena.int32(count * 3)
    for (let k = 0; k < count; k++) words[3 * k] = k
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: count }), fc.integer({ min: 0, max: 4 }), (key, n, more) => {
        const bits = Math.ceil(Math.log2(n)) + more
        const order = visits(n, bits, key)
        expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()])
        kernel.gather(words.byteOffset, n, bits, key, shuffled.byteOffset)
        expect(Array.from({ length: n }, (_, k) => shuffled[3 * k])).toEqual([...order])
      }),
    )
  })

  test('the order depends on the key and is not the order of the file', () => {
    const orders = Array.from({ length: 20 }, (_, key) => visits(1000, 10, key).join())
    expect(new Set(orders).size).toBe(20)
    // Neighbours of a random permutation lie a third of its length apart on average.
    for (let key = 0; key < 20; key++) {
      const order = visits(1000, 10, key)
      let distance = 0
      for (let k = 1; k < 1000; k++) distance += Math.abs(order[k]! - order[k - 1]!)
      expect(distance / 999).toBeGreaterThan(230)
    }
  })
})
