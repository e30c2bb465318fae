import fc from 'fast-check'
import { expect, test } from 'vitest'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import { createArena } from '../../../src/engine/memory/arena.ts'
import { agree, normals, someIds } from './agree.ts'

const sizes = fc.record({
  dim: fc.integer({ min: 1, max: 37 }),
  rows: fc.integer({ min: 0, max: 20 }),
  n: fc.integer({ min: 0, max: 40 }),
  seed: fc.integer(),
})

test('gather and scatter-add agree with the reference', () => {
  fc.assert(
    fc.property(sizes, ({ dim, rows, n, seed }) => {
      agree((w, random) => {
        const table = normals(w, rows * dim, random)
        const ids = someIds(w, n, rows, random)
        const out = w.float32(n * dim).fill(7)
        w.kernels.gatherRows(table, dim, ids, n, out)
        w.kernels.scatterAddRows(table, dim, ids, n, normals(w, n * dim, random))
        return [out, table]
      }, seed)
    }),
    { numRuns: 60 },
  )
})

test('summed rows agree with the reference, over two calls, and the slots are clean afterwards', () => {
  fc.assert(
    fc.property(sizes, ({ dim, rows, n, seed }) => {
      agree(
        (w, random) => {
          const slots = w.int32(rows)
          const unique = w.int32(rows)
          const sums = w.float32(rows * dim)
          let count = 0
          for (let call = 0; call < 2; call++) {
            const ids = someIds(w, n, rows, random)
            count = w.kernels.sumRows(slots, ids, n, dim, normals(w, n * dim, random), unique, sums, count)
          }
          const before = slots.slice()
          w.kernels.clearSlots(slots, unique, count)
          expect(slots.every((slot) => slot === 0)).toBe(true)
          return [count, unique.subarray(0, count), sums.subarray(0, count * dim), before]
        },
        seed,
        1e-6,
      )
    }),
    { numRuns: 60 },
  )
})

test('rows by hand: order of first appearance, duplicates summed, -1 ignored', () => {
  const slots = new Int32Array(5)
  const unique = new Int32Array(3)
  const sums = new Float32Array(6)
  const gradients = Float32Array.of(1, 2, 10, 20, 100, 200, 1000, 2000)
  const count = referenceKernels.sumRows(slots, Int32Array.of(4, -1, 2, 4), 4, 2, gradients, unique, sums, 0)
  expect(count).toBe(2)
  expect([...unique.subarray(0, 2)]).toEqual([4, 2])
  expect([...sums.subarray(0, 4)]).toEqual([1001, 2002, 100, 200])
})

test('embedding bags agree with the reference, forward and backward', () => {
  const bags = fc.record({ sizes, mean: fc.boolean(), weighted: fc.boolean(), picked: fc.boolean() })
  fc.assert(
    fc.property(bags, ({ sizes: { dim, rows, n, seed }, mean, weighted, picked }) => {
      agree(
        (w, random) => {
          const table = normals(w, rows * dim, random)
          const offsets = w.int32(n + 1)
          for (let b = 0; b < n; b++) offsets[b + 1] = offsets[b]! + random.int(5)
          const entries = offsets[n]!
          const ids = someIds(w, entries, rows, random)
          const weights = weighted ? normals(w, entries, random) : null
          const which = picked && n > 0 ? someIds(w, n, n, random) : null
          const csr = { offsets, ids, weights, mean, which, n }
          const out = w.float32(n * dim).fill(7)
          w.kernels.bagForward(table, dim, csr, out)
          const [slots, unique, sums] = [w.int32(rows), w.int32(rows), w.float32(rows * dim)]
          const count = w.kernels.bagBackward(slots, dim, csr, normals(w, n * dim, random), unique, sums, 0)
          return [out, count, unique.subarray(0, count), sums.subarray(0, count * dim)]
        },
        seed,
        1e-5,
      )
    }),
    { numRuns: 80 },
  )
})

test('a bag by hand: sum, mean, weighted', () => {
  const table = Float32Array.of(1, 2, 10, 20, 100, 200)
  const csr = { offsets: Int32Array.of(0, 2, 2, 4), ids: Int32Array.of(0, 2, 1, -1), weights: null, which: null, n: 3 }
  const out = new Float32Array(6)
  referenceKernels.bagForward(table, 2, { ...csr, mean: false }, out)
  expect([...out]).toEqual([101, 202, 0, 0, 10, 20])
  referenceKernels.bagForward(table, 2, { ...csr, mean: true }, out)
  expect([...out]).toEqual([50.5, 101, 0, 0, 10, 20])
  referenceKernels.bagForward(table, 2, { ...csr, mean: false, weights: Float32Array.of(2, 0.5, 3, 9) }, out)
  expect([...out]).toEqual([52, 104, 0, 0, 30, 60])
})

test('a bag gradient is that of its forward pass, by central differences', async () => {
  const { kernels, ...arena } = await createArena({ bytes: 65536 })
  const dim = 3
  const table = arena.float32(4 * dim)
  const g = arena.float32(2 * dim)
  table.forEach((_, i) => {
    table[i] = Math.sin(i)
  })
  g.forEach((_, i) => {
    g[i] = Math.cos(i)
  })
  const offsets = arena.int32(3)
  const ids = arena.int32(5)
  const weights = arena.float32(5)
  offsets.set([0, 3, 5])
  ids.set([1, 3, 1, 0, 3])
  weights.set([0.5, 2, -1, 1, 3])
  const out = arena.float32(2 * dim)
  const bags = { offsets, ids, weights, mean: true, which: null, n: 2 }
  const [slots, unique, sums] = [arena.int32(4), arena.int32(4), arena.float32(4 * dim)]
  const count = kernels.bagBackward(slots, dim, bags, g, unique, sums, 0)
  const value = (): number => {
    kernels.bagForward(table, dim, bags, out)
    return out.reduce((sum, x, i) => sum + x * g[i]!, 0)
  }
  expect(count).toBe(3)
  for (let j = 0; j < count; j++) {
    for (let d = 0; d < dim; d++) {
      const i = unique[j]! * dim + d
      const kept = table[i]!
      table[i] = kept + 0.125
      const above = value()
      table[i] = kept - 0.125
      const below = value()
      table[i] = kept
      expect(sums[j * dim + d]).toBeCloseTo((above - below) / 0.25, 4)
    }
  }
})

test.each(['relaxed', 'plain'] as const)('%s: what is out of range or elsewhere is refused', async (simd) => {
  const arena = await createArena({ bytes: 65536, simd })
  const { kernels } = arena
  const [table, out, ids] = [arena.float32(6), arena.float32(4), arena.int32(2)]
  ids.set([0, 3])
  const bad = /ids\[1\] = 3, but the table has 3 rows/
  expect(() => kernels.gatherRows(table, 2, ids, 2, out)).toThrow(bad)
  expect(() => referenceKernels.gatherRows(table, 2, ids, 2, out)).toThrow(bad)
  expect(() => kernels.scatterAddRows(table, 2, ids, 2, out)).toThrow(bad)
  const [slots, unique, sums] = [arena.int32(3), arena.int32(1), arena.float32(2)]
  expect(() => kernels.sumRows(slots, ids, 2, 2, out, unique, sums, 0)).toThrow(bad)
  slots.fill(0)
  ids.set([0, 1])
  expect(() => kernels.sumRows(slots, ids, 2, 2, out, unique, sums, 0)).toThrow('more than 1 different rows')
  expect(() => kernels.gatherRows(table, 2, ids, 2, new Float32Array(4))).toThrow(
    new TypeError("out is not a view of the arena's memory"),
  )
  expect(() => kernels.gatherRows(table, 2, ids, 2, arena.float32(3))).toThrow('out holds 3 elements, 4 are needed')
  const offsets = arena.int32(2)
  offsets.set([0, 3])
  const bags = { offsets, ids, weights: null, mean: false, which: null, n: 1 }
  expect(() => kernels.bagForward(table, 2, bags, out)).toThrow('the bags end at entry 3, but there are 2')
  expect(() => kernels.bagForward(table, 2, { ...bags, n: 2 }, out)).toThrow('2 of 1 bags')
})
