import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NearestMean } from '../../src/baselines/knn/nearest.ts'
import { Random } from '../../src/core/random.ts'
import { createKnnKernels, type KnnKernels } from '../../src/engine/kernels/knn.ts'
import { knnReference } from '../../src/engine/kernels/reference/knn.ts'
import { createArena } from '../../src/engine/memory/arena.ts'

fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const variants = await Promise.all(
  (['relaxed', 'plain'] as const).flatMap((simd) =>
    [false, true].map(async (shared) => {
      const arena = await createArena({ bytes: 64 * 2 ** 20, simd, shared })
      return { arena, kernels: await createKnnKernels(arena.memory, simd) }
    }),
  ),
)

interface Room {
  float32(n: number): Float32Array
  int32(n: number): Int32Array
}

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 30 }),
  constant: fc.boolean(),
  support: fc.integer({ min: 1, max: 4 }),
  shrinkage: fc.constantFrom(0, 3.5),
  seed: fc.integer(),
})

/** All similarities of a random row, by every kernel. */
function allSimilarities(
  room: Room,
  kernels: KnnKernels,
  size: typeof sizes extends fc.Arbitrary<infer T> ? T : never,
) {
  const random = new Random(size.seed)
  const rating = (): number => (size.constant ? 3 : random.int(10) / 2 + 0.5)
  const { rows, columns: count } = size
  const lists = Array.from({ length: count }, () =>
    Array.from({ length: rows }, (_, row) => ({ row, value: rating() })).filter(() => random.float() < 0.5),
  )
  const total = lists.flat().length
  const columns = { offsets: room.int32(count + 1), rows: room.int32(total), entries: room.float32(total) }
  columns.rows.set(lists.flat().map(({ row }) => row))
  columns.entries.set(lists.flat().map(({ value }) => value))
  for (const [c, list] of lists.entries()) columns.offsets[c + 1] = columns.offsets[c]! + list.length
  const asked = Array.from({ length: count }, (_, c) => c).filter(() => random.float() < 0.6)
  const query = { columns: room.int32(asked.length), values: room.float32(asked.length) }
  query.columns.set(asked)
  query.values.set(asked.map(rating))
  const squares = room.float32(rows)
  for (const { row, value } of lists.flat()) squares[row]! += value * value
  const square = query.values.reduce((sum, x) => sum + x * x, 0)
  const out = Array.from({ length: 4 }, () => room.float32(rows))
  const sums = [2, 4, 4, 8].map((floats) => room.float32(floats * rows))
  kernels.addProducts(query, columns, sums[0]!)
  kernels.cosineOfAll(sums[0]!, squares, square, size, out[0]!)
  kernels.addSquares(query, columns, sums[1]!)
  kernels.cosineOfCommon(sums[1]!, size, out[1]!)
  kernels.addSquares(query, columns, sums[2]!)
  kernels.nearness(sums[2]!, size, out[2]!)
  kernels.addMoments(query, columns, sums[3]!)
  kernels.correlation(sums[3]!, size, out[3]!)
  const ids = room.int32(5)
  const best = room.float32(5)
  const n = kernels.topK(out[0]!, 5, ids, best)
  return [...out, ...sums, ids.slice(0, n), best.slice(0, n)].map((array) => Array.from(array))
}

test('every similarity agrees with the reference to the last bit, and leaves the sums clear', () => {
  const plain: Room = { float32: (n) => new Float32Array(n), int32: (n) => new Int32Array(n) }
  fc.assert(
    fc.property(sizes, (size) => {
      const expected = allSimilarities(plain, knnReference, size)
      for (const sums of expected.slice(4, 8)) expect(sums.every((x) => x === 0)).toBe(true)
      for (const similarity of expected.slice(0, 4).flat()) expect(Math.abs(similarity)).toBeLessThanOrEqual(1)
      for (const { arena, kernels } of variants) expect(allSimilarities(arena, kernels, size)).toEqual(expected)
    }),
    { numRuns: 80 },
  )
})

test('the mean of the nearest is that of sorting, with many ties', () => {
  const lists = fc.record({
    similarities: fc.array(fc.constantFrom(-0.5, 0, 0.25, 0.5, 0.75), { minLength: 1, maxLength: 40 }),
    k: fc.option(fc.integer({ min: 1, max: 45 })),
    least: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(lists, ({ similarities, k, least }) => {
      const n = similarities.length
      const rows = Int32Array.from({ length: n }, (_, row) => row)
      const deviations = Float32Array.from(rows, (row) => Math.sin(row + 1))
      const mean = new NearestMean(k, least, n).of({
        ...{ similarities: Float32Array.from(similarities), rows, deviations, start: 0, end: n },
      })
      const near = [...rows]
        .filter((row) => similarities[row]! > 0)
        .sort((a, b) => similarities[b]! - similarities[a]! || a - b)
        .slice(0, k ?? n)
      if (near.length < least) {
        expect(mean).toBeNaN()
        return
      }
      const weight = near.reduce((sum, row) => sum + similarities[row]!, 0)
      expect(mean).toBeCloseTo(near.reduce((sum, row) => sum + similarities[row]! * deviations[row]!, 0) / weight, 10)
    }),
    { numRuns: 300 },
  )
})
