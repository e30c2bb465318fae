import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import type { ItemTable } from '../../src/data/dataset.ts'
import { Interactions } from '../../src/data/interactions.ts'
import { Vocabulary } from '../../src/data/vocabulary.ts'
import { add, Graph, gemm, relu } from '../../src/engine/graph/index.ts'
import { rankIn } from '../../src/explain/clusters/concentration.ts'
import { atLeast, clustersOf, type Encoder, GenreCounts, maximiseUnits } from '../../src/explain/clusters/index.ts'

const items = 40
const units = 4

/** Unit u is relu of the sum of items 10u to 10u + 9, less half of the next unit's items: each unit has its own answer. */
function handMade(options: { bias?: number; nonNegative?: boolean } = {}): Encoder {
  const graph = new Graph()
  const input = graph.input('values', ['B', items])
  const weight = new Float32Array(items * units)
  for (let item = 0; item < items; item++) {
    const own = Math.floor(item / 10)
    // Within its unit the later items count a little more: the order of the list is known too.
    weight[item * units + own] = 1 + (item % 10) / 20
    weight[item * units + ((own + units - 1) % units)] = -0.5
  }
  const bias = new Float32Array(units).fill(options.bias ?? 0)
  const sums = gemm(input, graph.parameter('weight', [items, units]))
  const random = new Random(3)
  const starts = Float32Array.from({ length: 8 * items }, () => random.normal())
  return {
    input,
    bottleneck: relu(add(sums, graph.parameter('bias', [units]))),
    weights: { weight, bias },
    starts: options.nonNegative ? starts.map(Math.abs) : starts,
    nonNegative: options.nonNegative ?? false,
  }
}

describe('activation maximisation', () => {
  test('without a penalty the best input is the weight vector itself, by Cauchy and Schwarz', async () => {
    const encoder = handMade()
    for (const { unit, activation, input } of await maximiseUnits(encoder, { others: 0, length: 2, steps: 200 })) {
      const column = Float64Array.from({ length: items }, (_, item) => encoder.weights.weight![item * units + unit]!)
      const norm = Math.hypot(...column)
      expect(activation).toBeCloseTo(2 * norm, 2)
      expect(Math.hypot(...input)).toBeCloseTo(2, 4)
      const cosine = input.reduce((sum, x, item) => sum + (x * column[item]!) / (2 * norm), 0)
      expect(cosine).toBeGreaterThan(0.999)
    }
  })

  test('with the penalty the other units are at zero', async () => {
    for (const { activation, others } of await maximiseUnits(handMade(), { length: 2, steps: 200 })) {
      expect(activation).toBeGreaterThan(5)
      expect(others).toBeLessThan(0.02 * activation)
    }
  })

  test('inputs that are not allowed, or below zero, are not used', async () => {
    const found = await maximiseUnits(handMade({ nonNegative: true }), { allowed: (item) => item % 2 === 0, length: 1 })
    for (const { unit, input } of found) {
      expect(Math.min(...input)).toBe(0)
      input.forEach((x, item) => {
        if (item % 2 === 1) expect(x).toBe(0)
        else if (Math.floor(item / 10) === unit) expect(x).toBeGreaterThan(0.3)
        else expect(x).toBeLessThan(0.1)
      })
    }
  })

  test('is deterministic, and a signal stops it', async () => {
    const encoder = handMade()
    expect(await maximiseUnits(encoder)).toEqual(await maximiseUnits(encoder))
    const stopped = maximiseUnits(encoder, { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('genre concentration', () => {
  test('hypergeometric tails by hand', () => {
    // 10 movies of which 4 are of the genre, lists of 3: P(X = 3) = 4 / 120, P(X = 2) = 6 x 6 / 120.
    expect(atLeast(3, 3, 4, 10)).toBeCloseTo(4 / 120, 12)
    expect(atLeast(2, 3, 4, 10)).toBeCloseTo(40 / 120, 12)
    expect(atLeast(0, 3, 4, 10)).toBeCloseTo(1, 12)
    expect(atLeast(5, 5, 4, 10)).toBe(0)
  })

  const genresOf = (item: number): string[] => (item < 10 ? ['rare', 'any'] : item < 20 ? [] : ['any'])
  const counts = new GenreCounts(
    Array.from({ length: 100 }, (_, item) => item),
    genresOf,
  )

  test('counts, lifts and agreement by hand', () => {
    expect(counts.concentration([0, 1, 50, 15])).toEqual([
      { genre: 'rare', count: 2, lift: 5, p: expect.closeTo(atLeast(2, 4, 10, 100), 12) as number },
      { genre: 'any', count: 3, lift: expect.closeTo(0.75 / 0.9, 12) as number, p: expect.any(Number) as number },
    ])
    expect(counts.agreement([0, 1, 50, 15])).toBeCloseTo(3 / 6, 12)
    expect(counts.agreement([7])).toBe(0)
  })

  test('random lists are as unlikely as random lists: their corrected p is even', () => {
    const baseline = counts.baseline(5, 1000, 1)
    const other = counts.baseline(5, 1000, 2).smallest
    for (const level of [0.05, 0.2, 0.5]) {
      const share = other.filter((p) => rankIn(baseline, p) <= level).length / 1000
      expect(share).toBeLessThan(level + 0.04)
    }
    expect(rankIn(baseline, counts.concentration([0, 1, 2, 3, 4])[0]!.p)).toBeLessThan(0.01)
    expect(baseline.agreement).toBeCloseTo(0.9 * 0.9, 1)
  })
})

describe('clusters', () => {
  const users = Vocabulary.of(['1', '2', '3', '4', '5'])
  const vocabulary = Vocabulary.of(Array.from({ length: items }, (_, item) => `m${item}`))
  const train = new Interactions({
    users,
    items: vocabulary,
    user: Int32Array.from({ length: items * 5 }, (_, n) => n % 5),
    item: Int32Array.from({ length: items * 5 }, (_, n) => Math.floor(n / 5)),
    rating: new Float32Array(items * 5).fill(3),
    timestamp: null,
    scale: { min: 1, max: 5, step: 1 },
  })
  const table = {
    titles: vocabulary.ids(),
    genres: Array.from({ length: items }, (_, item) => [`genre ${Math.floor(item / 10)}`]),
  } as unknown as ItemTable

  test('of the hand-made encoder are its genres, in the order of its weights', async () => {
    const found = await clustersOf(handMade(), train, table, { movies: 5, steps: 200 })
    expect(found).toMatchObject({ active: 4, concentrated: 4, candidates: 40, size: 5 })
    expect(found.agreement.units).toBe(1)
    expect(found.agreement.chance).toBeLessThan(0.4)
    for (const { unit, movies, genres, p } of found.clusters) {
      expect([...movies].sort((a, b) => b - a)).toEqual([9, 8, 7, 6, 5].map((n) => 10 * unit + n))
      expect(movies).toEqual([9, 8, 7, 6, 5].map((n) => 10 * unit + n))
      expect(genres).toEqual([
        { genre: `genre ${unit}`, count: 5, lift: 4, p: expect.closeTo(atLeast(5, 5, 10, 40), 12) as number },
      ])
      expect(p).toBeLessThan(0.02)
    }
  })

  test('units that nothing activates are said to be so', async () => {
    const found = await clustersOf(handMade({ bias: -1000 }), train, table, { movies: 5, steps: 5 })
    expect(found).toMatchObject({ active: 0, concentrated: 0 })
    expect(found.clusters.every(({ movies, p }) => movies.length === 0 && p === null)).toBe(true)
    await expect(clustersOf(handMade(), train, table, { minimumRatings: 6 })).rejects.toMatchObject({
      code: 'too-few-movies',
    })
  })
})
