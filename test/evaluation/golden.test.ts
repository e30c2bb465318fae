import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Interactions } from '../../src/data/interactions.ts'
import { givenSplit } from '../../src/data/splits/index.ts'
import { Vocabulary } from '../../src/data/vocabulary.ts'
import { type EmptyRule, evaluate, genreSimilarity } from '../../src/evaluation/index.ts'
import { scoreModel } from './table-model.ts'

/** Made by test/golden/evaluation.py: naive definitions in numpy, some checked there against scikit-learn. */
interface Golden {
  users: number
  items: number
  train: number[][]
  validation: number[][]
  test: number[][]
  scores: number[]
  genres: string[][]
  rating: Record<string, number>
  full: {
    threshold: number | null
    candidates: 'training' | 'all'
    k: number
    expected: { metrics: Record<string, number>; dropped: Record<string, number>; lists: number; candidates: number }
  }[]
  rated: { threshold: number; k: number; empty: EmptyRule; expected: Record<string, number> }[]
  sampled: { negatives: Record<string, number[]>; k: number; expected: Record<string, number> }
}
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/evaluation.json', import.meta.url), 'utf8'))

const users = Vocabulary.of(Float64Array.from({ length: golden.users }, (_, u) => u))
const items = Vocabulary.of(Float64Array.from({ length: golden.items }, (_, i) => i))
const part = (rows: number[][]) =>
  new Interactions({
    users,
    items,
    user: Int32Array.from(rows, (row) => row[0]!),
    item: Int32Array.from(rows, (row) => row[1]!),
    rating: Float32Array.from(rows, (row) => row[2]!),
    timestamp: null,
    scale: { min: 0.5, max: 5, step: 0.5 },
  })
const split = givenSplit({ train: part(golden.train), validation: part(golden.validation), test: part(golden.test) })
const model = scoreModel(golden.items, (u, i) => golden.scores[u * golden.items + i]!, { scale: { min: 0.5, max: 5 } })

function expectMetrics(measured: Readonly<Record<string, number | null>>, expected: Record<string, number>): void {
  expect(Object.keys(measured).sort()).toEqual(Object.keys(expected).sort())
  for (const [name, value] of Object.entries(expected)) expect(measured[name], name).toBeCloseTo(value, 6)
}

describe('against naive definitions in Python', () => {
  it('rmse and mae', async () => {
    const { metrics, definitions, counts } = await evaluate(model, split, { metrics: 'rmse,mae' })
    expectMetrics(metrics, golden.rating)
    expect(definitions.rmse).toMatch(/clipped to 0.5 to 5/)
    expect(counts).toMatchObject({ ratedRows: golden.test.length, lists: 0, rankedPairs: 0 })
  })

  it.each(golden.full)('full ranking, threshold $threshold, $candidates items, k=$k', async (one) => {
    const { threshold, candidates, k, expected } = one
    const { metrics, counts } = await evaluate(model, split, {
      metrics: Object.keys(expected.metrics),
      protocol: { kind: 'full', candidates, threshold: threshold ?? undefined },
      similarity: genreSimilarity(golden.genres),
      k,
      // Three users a block, so that blocks matter.
      blockBytes: 3 * 4 * golden.items,
    })
    expectMetrics(metrics, expected.metrics)
    expect(counts).toEqual({
      trainRows: golden.train.length,
      validationRows: golden.validation.length,
      rows: golden.test.length,
      ratedRows: 0,
      droppedUnknownUser: expected.dropped.user,
      droppedUnknownItem: expected.dropped.item,
      droppedSeen: expected.dropped.seen,
      notRelevant: expected.dropped.irrelevant,
      positives: expected.dropped.positives,
      lists: expected.lists,
      candidates: expected.candidates,
      rankedPairs: expected.dropped.pairs,
    })
  })

  it.each(golden.rated)('rated candidates, threshold $threshold, k=$k, empty counts $empty', async (one) => {
    const { threshold, empty, expected } = one
    const options = { metrics: Object.keys(expected), protocol: { kind: 'rated', threshold, empty } as const }
    const { metrics } = await evaluate(model, split, options)
    expectMetrics(metrics, expected)
  })

  it('sampled with given negatives', async () => {
    const { negatives, expected } = golden.sampled
    const { metrics, protocol, counts } = await evaluate(model, split, {
      metrics: Object.keys(expected),
      protocol: { kind: 'sampled', given: (row) => negatives[row]! },
    })
    expectMetrics(metrics, expected)
    expect(protocol).toMatchObject({ kind: 'sampled', sampled: true, words: expect.stringMatching(/^SAMPLED/) })
    expect(counts.lists).toBe(Object.keys(negatives).length)
  })
})
