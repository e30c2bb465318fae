import { describe, expect, it } from 'vitest'
import { split } from '../../src/data/splits/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import { hasMl100k, latestSmall, ml100k } from '../splits/ratings.ts'
import { biasModel, popularityModel } from './table-model.ts'

describe.runIf(hasMl100k)('ML-100K, chronological 75/25 per user', () => {
  it('ranks 1,430,979 pairs, and popularity reaches MAP 0.029 (profile recommenders, k = 10)', async () => {
    const made = split(ml100k(), { kind: 'time-user', ratio: 0.75 })
    const result = await evaluate(popularityModel(made.train), made, { metrics: 'map,ndcg,precision,recall' })
    expect(result.counts).toMatchObject({ rankedPairs: 1_430_979, lists: 943, candidates: 1597, trainRows: 74_992 })
    expect(result.metrics['map@10']).toBeCloseTo(0.029, 3)
  })
})

describe('ml-latest-small, 80/20 by time per user, damped bias', () => {
  // Figures measured beforehand by another implementation (in Python): RMSE 0.9002, MAE 0.6929; NDCG@10 over rated test movies 0.900
  // linear and 0.791 exponential; precision and recall at 10 0.885 and 0.650 for threshold 3, 0.709 and 0.667 for 3.5.
  const made = split(latestSmall(), { kind: 'time-user', ratio: 0.8 })
  const model = biasModel(made.train, 5, 5)

  it('rating error', async () => {
    const { metrics, counts } = await evaluate(model, made, { metrics: 'rmse,mae' })
    expect(counts.rows).toBe(20_164)
    expect(metrics.rmse).toBeCloseTo(0.9002, 4)
    expect(metrics.mae).toBeCloseTo(0.6929, 4)
  })

  it('rated candidates', async () => {
    const at = (threshold: number) =>
      evaluate(model, made, {
        metrics: 'precision,recall,ndcg-linear,ndcg-exp',
        protocol: { kind: 'rated', threshold, recommended: 'first-k', empty: 'leave-out' },
      })
    const three = (await at(3)).metrics
    const half = (await at(3.5)).metrics
    expect(three['ndcg-linear@10']).toBeCloseTo(0.9, 3)
    expect(three['ndcg-exp@10']).toBeCloseTo(0.791, 3)
    expect(three['precision@10']).toBeCloseTo(0.885, 3)
    expect(three['recall@10']).toBeCloseTo(0.65, 3)
    expect(half['precision@10']).toBeCloseTo(0.709, 3)
    expect(half['recall@10']).toBeCloseTo(0.667, 3)
  })
})
