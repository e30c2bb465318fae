import fc from 'fast-check'
import { expect, test } from 'vitest'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import { createArena } from '../../../src/engine/memory/arena.ts'
import { agree, normals } from './agree.ts'

const sizes = fc.record({
  dim: fc.integer({ min: 1, max: 70 }),
  n: fc.integer({ min: 0, max: 300 }),
  m: fc.integer({ min: 0, max: 5 }),
  biased: fc.boolean(),
  seed: fc.integer(),
})

test('dot scores, blocks, norms and cosines agree with the reference', () => {
  fc.assert(
    fc.property(sizes, ({ dim, n, m, biased, seed }) => {
      agree(
        (w, random) => {
          const items = normals(w, n * dim, random)
          if (n > 1) items.fill(0, dim, 2 * dim)
          const queries = normals(w, (m + 1) * dim, random)
          const bias = biased ? normals(w, n, random) : null
          const [scores, block, inverse, cosines, none] = [n, m * n, n, n, n].map((size) => w.float32(size).fill(7))
          w.kernels.dotScores(items, dim, queries, bias, scores!)
          w.kernels.scoreBlock(queries, m, items, n, dim, bias, block!)
          w.kernels.inverseNorms(items, dim, inverse!)
          w.kernels.cosineScores(items, inverse!, dim, queries, cosines!)
          w.kernels.cosineScores(items, inverse!, dim, w.float32(dim), none!)
          return [scores!, block!, inverse!, cosines!, none!]
        },
        seed,
        2e-5,
      )
    }),
    { numRuns: 60 },
  )
})

test('top k agrees with sorting, with many ties, exclusions and -Infinity', () => {
  const lists = fc.record({
    scores: fc.array(fc.constantFrom(Number.NEGATIVE_INFINITY, -1, 0, 0.5, 1, 2, Number.POSITIVE_INFINITY), {
      maxLength: 80,
    }),
    k: fc.integer({ min: 0, max: 90 }),
    excluding: fc.boolean(),
    seed: fc.integer(),
  })
  fc.assert(
    fc.property(lists, ({ scores, k, excluding, seed }) => {
      agree((w, random) => {
        const x = w.float32(scores.length)
        x.set(scores)
        const excluded = excluding ? w.uint8(scores.length) : null
        excluded?.forEach((_, i) => {
          excluded[i] = random.int(2)
        })
        const [ids, best] = [w.int32(scores.length), w.float32(scores.length)]
        const count = w.kernels.topK(x, k, excluded, ids, best)
        return [count, ids.subarray(0, count), best.subarray(0, count)]
      }, seed)
    }),
    { numRuns: 200 },
  )
})

test('top k by hand: best first, ties by lower index, fewer where fewer are left', () => {
  const [ids, best] = [new Int32Array(5), new Float32Array(5)]
  const scores = Float32Array.of(1, 3, 3, Number.NEGATIVE_INFINITY, 2)
  expect(referenceKernels.topK(scores, 2, null, ids, best)).toBe(2)
  expect([...ids.subarray(0, 2)]).toEqual([1, 2])
  expect(referenceKernels.topK(scores, 5, Uint8Array.of(0, 1, 0, 0, 0), ids, best)).toBe(3)
  expect([...ids.subarray(0, 3)]).toEqual([2, 4, 0])
  expect([...best.subarray(0, 3)]).toEqual([3, 2, 1])
})

test('a NaN among the scores is an error that says where', async () => {
  const arena = await createArena({ bytes: 65536 })
  for (const at of [0, 1, 6, 30, 99]) {
    const scores = arena.float32(100)
    scores.forEach((_, i) => {
      scores[i] = -i
    })
    scores[at] = Number.NaN
    const say = `score ${at} is not a number`
    expect(() => arena.kernels.topK(scores, 3, null, arena.int32(3), arena.float32(3))).toThrow(say)
    expect(() => referenceKernels.topK(scores, 3, null, new Int32Array(3), new Float32Array(3))).toThrow(say)
  }
})
