import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { WeightedDraws } from '../../src/core/weighted.ts'
import { checkerboard } from '../../src/data/synthetic/index.ts'
import { pairs } from '../splits/ratings.ts'

describe('checkerboard', () => {
  it('holds liked and disliked cells less the withheld ones', () => {
    const { train, test } = checkerboard({ users: 4, items: 4 })
    const rows = pairs(train).map(([u, i], n) => [u, i, train.rating[n]])
    expect(rows).toEqual([
      [0, 2, 5],
      [0, 3, 1],
      [1, 0, 1],
      [1, 3, 5],
      [2, 0, 5],
      [2, 1, 1],
      [3, 1, 5],
      [3, 2, 1],
    ])
    expect(pairs(test)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect([...test.rating]).toEqual([5, 5, 5, 5])
  })

  it('with likes only has no disliked cell, and every item stays in training', () => {
    const { train, test } = checkerboard({ cells: 'likes' })
    expect(new Set(train.rating)).toEqual(new Set([5]))
    expect(train.count).toBe(40 * 9)
    expect(test.count).toBe(40)
    expect(new Set(train.item).size).toBe(20)
    for (const [u, i] of [...pairs(train), ...pairs(test)]) expect(u % 2).toBe(i % 2)
  })

  it('refuses odd boards', () => {
    expect(() => checkerboard({ items: 5 })).toThrow(RangeError)
    expect(() => checkerboard({ users: 1 })).toThrow(RangeError)
  })
})

describe('weighted draws', () => {
  const weights = Float64Array.of(5, 0, 1, 3, 0.5, 0.5)

  it('come in proportion to the weights', () => {
    const random = new Random(5)
    const draws = new WeightedDraws(weights)
    const counts = new Float64Array(6)
    const n = 200_000
    for (let k = 0; k < n; k++) counts[draws.draw(random)]!++
    expect(counts[1]).toBe(0)
    // Chi-squared with 4 degrees of freedom: 18.5 is its 99.9% point.
    const chi = weights.reduce(
      (sum, w, i) => (w === 0 ? sum : sum + (counts[i]! - (w / 10) * n) ** 2 / ((w / 10) * n)),
      0,
    )
    expect(chi).toBeLessThan(18.5)
  })

  it('without replacement: as one after another by the remaining weights, by rejection and by keys alike', () => {
    // A weight so heavy that rejection runs out of attempts after it was drawn.
    const heavy = new WeightedDraws(Float64Array.of(1e6, 3, 2, 1))
    const random = new Random(11)
    const second = new Float64Array(4)
    const n = 20_000
    const taken = new Int32Array(4)
    const out = new Int32Array(4)
    for (let k = 1; k <= n; k++) {
      expect(heavy.distinct(random, 2, taken, k, out)).toBe(2)
      second[out[0] === 0 ? out[1]! : out[0]!]!++
    }
    expect(second[1]! / n).toBeCloseTo(3 / 6, 1)
    expect(second[2]! / n).toBeCloseTo(2 / 6, 1)
    expect(second[3]! / n).toBeCloseTo(1 / 6, 1)
  })

  it('passes over what is taken and gives fewer where fewer are left', () => {
    const draws = new WeightedDraws(weights)
    const taken = Int32Array.of(9, 0, 0, 0, 9, 0)
    const out = new Int32Array(6)
    expect(draws.distinct(new Random(1), 6, taken, 3, out)).toBe(3)
    expect([...out.subarray(0, 3)].sort()).toEqual([2, 3, 5])
    expect([...taken]).toEqual([9, 0, 3, 3, 9, 3])
  })

  it('refuses weights that have no sum', () => {
    expect(() => new WeightedDraws(Float64Array.of(0, 0))).toThrow(RangeError)
    expect(() => new WeightedDraws(Float64Array.of(1, Number.NaN))).toThrow(RangeError)
  })

  it('never draws a weight of zero, whatever rounding leaves over', () => {
    const random = new Random(2)
    for (let n = 2; n < 60; n++) {
      const some = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : 1 / (i + 7)))
      if (some.every((w) => w === 0)) continue
      const draws = new WeightedDraws(some)
      for (let k = 0; k < 2000; k++) expect(some[draws.draw(random)]).toBeGreaterThan(0)
    }
  })
})
