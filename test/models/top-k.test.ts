import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosineWithMean, unitRows } from '../../src/models/cosine.ts'
import { topK } from '../../src/models/top-k.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

describe('topK', () => {
  test('is the start of the sorted list, ties by lower index', () => {
    // Few different scores, so that ties are common.
    const score = fc.constantFrom(-1, 0, 0.5, 1, 2, Number.NEGATIVE_INFINITY)
    fc.assert(
      fc.property(fc.array(score, { maxLength: 60 }), fc.integer({ min: 0, max: 70 }), fc.integer(), (list, k, odd) => {
        const scores = Float32Array.from(list)
        const allowed = (i: number): boolean => (odd & (1 << (i % 31))) === 0
        const sorted = [...scores.keys()]
          .filter(allowed)
          .sort((a, b) => (scores[a]! > scores[b]! ? -1 : scores[a]! < scores[b]! ? 1 : a - b))
        expect([...topK(scores, k, allowed)]).toEqual(sorted.slice(0, k))
      }),
    )
  })

  test('a NaN among the allowed is an error, wherever it stands', () => {
    for (const at of [0, 3, 9]) {
      const scores = Float32Array.from({ length: 10 }, (_, i) => (i === at ? Number.NaN : -i))
      expect(() => topK(scores, 2)).toThrow(`item ${at}`)
      expect([...topK(scores, 2, (i) => i !== at)]).toEqual([0, 1, 2].filter((i) => i !== at).slice(0, 2))
    }
  })
})

describe('cosine', () => {
  test('with the mean of unit vectors, whatever their lengths', () => {
    const unit = unitRows({ data: Float32Array.of(3, 0, 0, 0.1, 5, 5, -2, 0), width: 2 })
    const cosine = cosineWithMean(unit, [0, 1])
    const half = Math.SQRT1_2
    for (const [row, expected] of [half, half, 1, -half].entries()) expect(cosine[row]).toBeCloseTo(expected, 6)
  })

  test('zero vectors and vectors that cancel out give 0', () => {
    const unit = unitRows({ data: Float32Array.of(0, 0, 1, 2, -2, -4), width: 2 })
    expect([...cosineWithMean(unit, [0])]).toEqual([0, 0, 0])
    expect([...cosineWithMean(unit, [1, 2])]).toEqual([0, 0, 0])
    expect(cosineWithMean(unit, [1])[0]).toBe(0)
  })
})
