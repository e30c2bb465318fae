import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, splits } from '../../src/data/splits/index.ts'
import {
  compare,
  evaluate,
  evaluateRepeated,
  pairedBootstrap,
  pairedRandomisation,
  spread,
} from '../../src/evaluation/index.ts'
import { type Row, ratings } from '../splits/ratings.ts'
import { scoreModel } from './table-model.ts'

const scale = { min: 1, max: 5 }
const whole = ratings(Array.from({ length: 800 }, (_, n): Row => [n % 40, (n * 7) % 53, 1 + ((n * n) % 5), n]))

describe('paired tests', () => {
  it('the randomisation test of six equal signs has p = 2/64', () => {
    // All 64 sign patterns: only the two with all signs alike are as far.
    const a = Float64Array.of(1, 2, 3, 4, 5, 6)
    const { difference, p } = pairedRandomisation(a, new Float64Array(6), { rounds: 200_000 })
    expect(difference).toBe(3.5)
    expect(p).toBeGreaterThan(0.0295)
    expect(p).toBeLessThan(0.033)
  })

  it('the bootstrap interval of normal differences is near the mean +- 1.96 standard errors', () => {
    const random = new Random(7)
    const b = Float64Array.from({ length: 2000 }, () => random.normal())
    const a = b.map((value) => value + 0.1 + 0.5 * random.normal())
    const { difference, interval, p } = pairedBootstrap(a, b)
    const d = a.map((value, n) => value - b[n]!)
    const { mean, sd } = spread([...d])
    const half = (1.96 * sd!) / Math.sqrt(2000)
    expect(difference).toBeCloseTo(mean, 12)
    expect(interval[0]).toBeCloseTo(mean - half, 2)
    expect(interval[1]).toBeCloseTo(mean + half, 2)
    expect(p).toBeLessThan(0.002)
  })

  it('p is uniform where nothing differs: about one in twenty below 0.05', () => {
    const random = new Random(3)
    let bootstrap = 0
    let randomisation = 0
    for (let n = 0; n < 400; n++) {
      const a = Float64Array.from({ length: 60 }, () => random.normal())
      const b = Float64Array.from({ length: 60 }, () => random.normal())
      if (pairedBootstrap(a, b, { rounds: 400, seed: n }).p < 0.05) bootstrap++
      if (pairedRandomisation(a, b, { rounds: 400, seed: n }).p < 0.05) randomisation++
    }
    // Binomial(400, 0.05): 20 +- 3.5 standard deviations of 4.4.
    for (const count of [bootstrap, randomisation]) {
      expect(count).toBeGreaterThanOrEqual(5)
      expect(count).toBeLessThanOrEqual(36)
    }
  })

  it('equal values do not differ, and the seed decides', () => {
    const a = Float64Array.of(1, 2, 3)
    expect(pairedBootstrap(a, a)).toEqual({ difference: 0, interval: [0, 0], p: 1 })
    expect(pairedRandomisation(a, a)).toEqual({ difference: 0, p: 1 })
    const b = Float64Array.of(0, 2.5, 1)
    expect(pairedBootstrap(a, b, { seed: 1 })).toEqual(pairedBootstrap(a, b, { seed: 1 }))
    expect(() => pairedBootstrap(a, Float64Array.of(1))).toThrow(RangeError)
  })
})

describe('compare', () => {
  const made = split(whole, { kind: 'random' })
  const options = { metrics: 'rmse,mae,ndcg,hit', details: true } as const
  const good = scoreModel(53, (u, i) => 3 + 0.4 * Math.sin(u + i), { scale })
  const bad = scoreModel(53, (u, i) => 3 + 2 * Math.sin(u + i * 3), { scale })

  it('is over rows for rmse and over users for ndcg, and agrees with the metrics', async () => {
    const a = await evaluate(good, made, options)
    const b = await evaluate(bad, made, options)
    const rmse = compare(a, b, 'rmse')
    expect(rmse).toMatchObject({ metric: 'rmse', unit: 'row', count: made.test.count })
    expect(rmse.difference).toBeCloseTo(a.metrics.rmse! - b.metrics.rmse!, 12)
    expect(rmse.interval[0]).toBeLessThan(rmse.difference)
    expect(rmse.interval[1]).toBeGreaterThan(rmse.difference)
    expect(rmse.interval[1]).toBeLessThan(0)
    expect(rmse.pBootstrap).toBeLessThan(0.01)
    expect(rmse.pRandomisation).toBeLessThan(0.01)
    const ndcg = compare(a, b, 'ndcg@10')
    expect(ndcg).toMatchObject({ unit: 'user', count: a.counts.lists })
    expect(ndcg.difference).toBeCloseTo(a.metrics['ndcg@10']! - b.metrics['ndcg@10']!, 12)
    // The same both ways round.
    expect(compare(b, a, 'mae').difference).toBeCloseTo(-compare(a, b, 'mae').difference, 12)
  })

  it('refuses what cannot be paired', async () => {
    const a = await evaluate(good, made, options)
    const plain = await evaluate(bad, made, { metrics: 'rmse' })
    expect(plain.details).toBeUndefined()
    expect(() => compare(a, plain, 'rmse')).toThrow(expect.objectContaining({ code: 'no-details' }))
    const other = await evaluate(bad, split(whole, { kind: 'random', ratio: 0.7 }), options)
    expect(() => compare(a, other, 'rmse')).toThrow(expect.objectContaining({ code: 'not-paired' }))
  })
})

describe('repetitions', () => {
  it('gives mean, spread and every value over folds, each with a model of its own', async () => {
    const folds = splits(whole, { kind: 'kfold', folds: 4 })
    const seeds: number[] = []
    const repeated = await evaluateRepeated(
      folds.map((fold, n) => ({ split: fold, seed: 10 + n })),
      async ({ seed }) => {
        seeds.push(seed)
        return scoreModel(53, () => seed / 5, { scale })
      },
      { metrics: 'rmse' },
    )
    expect(seeds).toEqual([10, 11, 12, 13])
    const values = repeated.runs.map((run) => run.metrics.rmse!)
    expect(repeated.metrics.rmse!.values).toEqual(values)
    expect(new Set(values).size).toBe(4)
    expect(repeated.metrics.rmse!.mean).toBeCloseTo((values[0]! + values[1]! + values[2]! + values[3]!) / 4, 12)
  })

  it('the spread is the sample standard deviation', () => {
    expect(spread([2, 4, 4, 4, 5, 5, 7, 9]).sd).toBeCloseTo(Math.sqrt(32 / 7), 12)
    expect(spread([3])).toEqual({ mean: 3, sd: null, values: [3] })
  })

  it('what no run could measure stays null; nothing to repeat is an error', async () => {
    const one = [{ split: split(whole, { kind: 'random' }), seed: 1 }]
    const repeated = await evaluateRepeated(one, async () => scoreModel(53, () => 1), { metrics: 'rmse,hit' })
    expect(repeated.metrics.rmse).toBeNull()
    await expect(evaluateRepeated([], async () => scoreModel(1, () => 1))).rejects.toThrow(RangeError)
  })
})
