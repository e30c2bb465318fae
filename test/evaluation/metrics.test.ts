import { describe, expect, it } from 'vitest'
import { parseMetrics } from '../../src/evaluation/index.ts'
import { areaUnderCurve } from '../../src/evaluation/metrics/auc.ts'
import type { ItemFacts, RankedList } from '../../src/evaluation/metrics/definition.ts'
import { genreSimilarity, vectorSimilarity } from '../../src/evaluation/metrics/diversity.ts'
import { giniIndex } from '../../src/evaluation/metrics/gini.ts'
import { metricDefinitions } from '../../src/evaluation/metrics/registry.ts'

const named = (name: string) => metricDefinitions.find((metric) => metric.name === name)!

/** A list of five with hits at ranks 2 and 4 of three relevant items; the ratings of the hits are 5 and 3, the missed one's is 4. */
const list: RankedList = {
  items: Int32Array.of(10, 11, 12, 13, 14),
  hits: Uint8Array.of(0, 1, 0, 1, 0),
  ratings: Float32Array.of(0, 5, 0, 3, 0),
  relevant: 3,
  recommended: null,
  idealRatings: Float32Array.of(5, 4, 3),
}
const of = (name: string, k: number, given = list) => {
  const metric = named(name)
  if (metric.kind !== 'list') throw new Error(`${name} is not of lists`)
  return metric.of(given, k)
}
const log2 = Math.log2

describe('by hand', () => {
  it.each([
    ['precision', 5, 2 / 5],
    ['precision', 10, 2 / 10],
    ['recall', 5, 2 / 3],
    ['recall', 2, 1 / 3],
    ['f', 5, (2 * 2) / (5 + 3)],
    ['f', 2, (2 * (1 / 2) * (1 / 3)) / (1 / 2 + 1 / 3)],
    ['hit', 1, 0],
    ['hit', 2, 1],
    ['mrr', 5, 1 / 2],
    ['mrr', 1, 0],
    ['map', 5, (1 / 2 + 2 / 4) / 3],
    ['map', 2, 1 / 2 / 3],
    ['map-recbole', 2, 1 / 2 / 2],
    ['map-recbole', 5, (1 / 2 + 2 / 4) / 3],
    ['ndcg', 5, (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / 2)],
    ['ndcg', 2, 1 / log2(3) / (1 + 1 / log2(3))],
    ['ndcg-linear', 5, (5 / log2(3) + 3 / log2(5)) / (5 + 4 / log2(3) + 3 / 2)],
    ['ndcg-exp', 2, 31 / log2(3) / (31 + 15 / log2(3))],
  ] as const)('%s@%d', (name, k, expected) => {
    expect(of(name, k)).toBeCloseTo(expected, 12)
  })

  it('precision, recall and F look only at what counts as recommended', () => {
    expect(of('f', 5, { ...list, recommended: 2 })).toBeCloseTo((2 * (1 / 2) * (1 / 3)) / (1 / 2 + 1 / 3), 12)
    expect(of('f', 5, { ...list, recommended: 0 })).toBe(0)
    expect(of('f', 5, { ...list, recommended: 0, relevant: 0, hits: new Uint8Array(5) })).toBeNull()
    expect(of('precision', 5, { ...list, recommended: 2 })).toBe(1 / 2)
    expect(of('recall', 5, { ...list, recommended: 2 })).toBe(1 / 3)
    expect(of('precision', 5, { ...list, recommended: 0 })).toBeNull()
  })

  it('nothing relevant is no number', () => {
    const nothing = { ...list, relevant: 0, hits: new Uint8Array(5) }
    for (const name of ['recall', 'ndcg', 'map', 'map-recbole', 'mrr', 'hit']) expect(of(name, 5, nothing)).toBeNull()
    expect(of('precision', 5, nothing)).toBe(0)
  })

  it('AUC counts ties half', () => {
    // Pairs of positives 3, 1 with negatives 2, 1, 0: 3 beats all; 1 ties one and beats one.
    expect(areaUnderCurve(Float32Array.of(3, 1), Float32Array.of(2, 1, 0))).toBeCloseTo(4.5 / 6, 12)
    expect(areaUnderCurve(Float32Array.of(1, 1), Float32Array.of(1, 1, 1))).toBe(0.5)
    expect(areaUnderCurve(Float32Array.of(), Float32Array.of(1))).toBeNull()
  })

  it('Gini index: even is 0, one of n is 1 - 1/n', () => {
    expect(giniIndex(Int32Array.of(4, 4, 4, 4), 4)).toBe(0)
    expect(giniIndex(Int32Array.of(0, 9, 0, 0), 4)).toBeCloseTo(0.75, 12)
    // Counts 0, 1, 3: the mean absolute difference is 2 (1 + 3 + 2) / 9, the mean 4 / 3.
    expect(giniIndex(Int32Array.of(1, 0, 3), 3)).toBeCloseTo(12 / 9 / (8 / 3), 12)
  })

  it('what is recommended: popularity, novelty, diversity', () => {
    const facts: ItemFacts = {
      popularity: Int32Array.of(8, 2, 0),
      trainUsers: 16,
      candidates: 3,
      similarity: genreSimilarity([['a', 'b'], ['b'], []]),
    }
    const ofItems = (name: string, items: number[]) => {
      const metric = named(name)
      if (metric.kind !== 'items') throw new Error(`${name} is not of items`)
      return metric.of(Int32Array.from(items), facts)
    }
    expect(ofItems('popularity', [0, 1])).toBe(5)
    expect(ofItems('novelty', [0, 1])).toBe((1 + 3) / 2)
    expect(ofItems('novelty', [2])).toBe(5)
    expect(ofItems('diversity', [0, 1, 2])).toBeCloseTo(1 - 1 / Math.SQRT2 / 3, 12)
    expect(ofItems('diversity', [1])).toBe(0)
  })

  it('cosine of vectors', () => {
    const cosine = vectorSimilarity(Float32Array.of(1, 0, 3, 4, 0, 0), 2)
    expect(cosine(0, 1)).toBeCloseTo(0.6, 6)
    expect(cosine(0, 2)).toBe(0)
  })
})

describe('metric names', () => {
  it('reads lists with and without cut-offs', () => {
    expect(parseMetrics('rmse, NDCG@10,map,recall@5,ndcg', 10).map(({ printed }) => printed)).toEqual([
      'rmse',
      'ndcg@10',
      'map@10',
      'recall@5',
    ])
    expect(parseMetrics(['auc', 'hit'], 20).map(({ printed }) => printed)).toEqual(['auc', 'hit@20'])
  })

  it.each([
    ['ndgc@10', 'unknown-metric', /no metric named "ndgc@10".*Known: rmse, mae, precision@k/],
    ['ndcg@10@5', 'unknown-metric', /ndcg@10@5/],
    ['ndcg@0', 'bad-metric', /ndcg@0/],
    ['ndcg@', 'bad-metric', /"ndcg@"/],
    ['ndcg@2.5', 'bad-metric', /2.5/],
    ['rmse@10', 'bad-metric', /rmse has no cut-off/],
    [' , ', 'bad-metric', /no metric/],
  ])('refuses "%s"', (given, code, message) => {
    expect(() => parseMetrics(given)).toThrow(expect.objectContaining({ code }))
    expect(() => parseMetrics(given)).toThrow(message)
  })

  it('refuses k = 0', () => {
    expect(() => parseMetrics('ndcg', 0)).toThrow(expect.objectContaining({ code: 'bad-metric' }))
  })
})
