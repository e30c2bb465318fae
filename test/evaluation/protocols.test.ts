import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InterruptedError } from '../../src/core/errors.ts'
import { givenSplit, type Split, split } from '../../src/data/splits/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import { pairs, type Row, ratings } from '../splits/ratings.ts'
import { scoreModel } from './table-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'marquee-evaluation-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Parts of hand-written rows over common vocabularies, large enough for all. */
function parts(
  tables: { train: Row[]; test: Row[]; validation?: Row[]; profiles?: Row[] },
  allowOverlap = false,
): Split {
  const { train, test, validation = [], profiles = [] } = tables
  const whole = ratings([...train, ...validation, ...profiles, ...test])
  let at = 0
  const take = (rows: Row[]) => {
    const part = whole.select(Int32Array.from(rows, () => at++))
    return rows.length === 0 ? null : part
  }
  const made = { train: take(train)!, validation: take(validation), profiles: take(profiles), test: take(test)! }
  return givenSplit({ ...made, allowOverlap })
}

const scale = { min: 1, max: 5 }
/** Higher index, higher score. */
const byIndex = (items: number) => scoreModel(items, (_, item) => item, { scale })

describe('full ranking by hand', () => {
  // Six items; 5 has no training row, user 2 neither. User 0 has rated 0 in training and 4 in validation.
  const made = parts({
    train: [
      [0, 0, 5],
      [1, 1, 5],
      [1, 2, 4],
      [1, 3, 3],
      [1, 4, 3],
    ],
    validation: [[0, 4, 5]],
    test: [
      [0, 3, 5],
      [0, 1, 2],
      [0, 5, 4],
      [2, 0, 5],
      [1, 0, 1],
    ],
  })

  it('excludes what was seen, drops and counts what is unknown', async () => {
    const file = join(folder, 'lists.csv')
    const result = await evaluate(byIndex(6), made, {
      metrics: 'precision@2,recall@2',
      recommendationsFile: file,
      k: 2,
    })
    // User 0: candidates 1, 2, 3, so the list is 3, 2: one hit of two. User 1: candidate 0 only, a hit.
    expect(result.metrics).toEqual({ 'precision@2': (1 / 2 + 1 / 2) / 2, 'recall@2': (1 / 2 + 1) / 2 })
    expect(result.counts).toMatchObject({
      droppedUnknownUser: 1,
      droppedUnknownItem: 1,
      droppedSeen: 0,
      positives: 3,
      lists: 2,
      candidates: 5,
      rankedPairs: 4,
    })
    expect(readFileSync(file, 'utf8')).toBe('user,item,score,rank\nu0,i3,3,1\nu0,i2,2,2\nu1,i0,0,1\n')
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('with all items as candidates an item without training row is ranked too', async () => {
    const protocol = { kind: 'full', candidates: 'all' } as const
    const result = await evaluate(byIndex(6), made, { metrics: 'mrr@6', protocol })
    // User 0: 5, a test item, comes first; user 1: 5 before 0.
    expect(result.metrics['mrr@6']).toBe((1 + 1 / 2) / 2)
    expect(result.counts).toMatchObject({ droppedUnknownItem: 0, candidates: 6 })
    expect(result.protocol.words).toMatch(/items of the vocabulary/)
  })

  it('a threshold decides what is relevant, and says so', async () => {
    const result = await evaluate(byIndex(6), made, { metrics: 'recall@1', protocol: { kind: 'full', threshold: 4 } })
    expect(result.metrics['recall@1']).toBe(1)
    expect(result.counts).toMatchObject({ positives: 1, notRelevant: 2, lists: 1 })
    expect(result.protocol.words).toMatch(/rating >= 4/)
  })

  it('the validation part is ranked among its own items', async () => {
    const result = await evaluate(byIndex(6), made, { metrics: 'mrr,rmse', part: 'validation' })
    expect(result.metrics).toEqual({ 'mrr@10': 1, rmse: 1 })
    expect(result.part).toBe('validation')
    expect(result.counts).toMatchObject({ rows: 1, lists: 1, rankedPairs: 4 })
  })

  it('a test row that stands in training too is dropped and counted', async () => {
    const leaky = parts(
      {
        train: [
          [0, 0, 5],
          [0, 1, 5],
          [1, 2, 4],
        ],
        test: [
          [0, 1, 5],
          [0, 2, 3],
        ],
      },
      true,
    )
    const result = await evaluate(byIndex(3), leaky, { metrics: 'recall' })
    expect(result.counts).toMatchObject({ droppedSeen: 1, positives: 1 })
  })

  it('ties go to the lower index, and minus infinity is never recommended', async () => {
    const tied = scoreModel(6, (_, item) => (item === 1 ? Number.NEGATIVE_INFINITY : 7))
    const file = join(folder, 'ties.csv')
    await evaluate(tied, made, { metrics: 'hit', recommendationsFile: file })
    expect(readFileSync(file, 'utf8')).toBe('user,item,score,rank\nu0,i2,7,1\nu0,i3,7,2\nu1,i0,7,1\n')
  })

  it('works in blocks and gives the same whatever the block', async () => {
    const many = ratings(Array.from({ length: 400 }, (_, n): Row => [n % 20, (n * 7) % 37, 1 + (n % 5), n]))
    const made = split(many, { kind: 'random', seed: 2 })
    const model = scoreModel(37, (u, i) => Math.sin(u * 37 + i), { scale })
    const all = { metrics: 'ndcg,auc,gini,coverage' }
    const one = await evaluate(model, made, all)
    expect(model.calls.splice(0)).toEqual([one.counts.lists])
    expect(one.counts.lists).toBe(19)
    const blocks = await evaluate(model, made, { ...all, blockBytes: 3 * 37 * 4 })
    expect(model.calls.splice(0)).toEqual([3, 3, 3, 3, 3, 3, 1])
    expect(blocks.metrics).toEqual(one.metrics)
    const tiny = await evaluate(model, made, { ...all, blockBytes: 1 })
    expect(tiny.metrics).toEqual(one.metrics)
  })
})

describe('what goes wrong', () => {
  const made = parts({
    train: [
      [0, 0, 5],
      [1, 1, 5],
    ],
    test: [
      [0, 1, 5],
      [1, 0, 3],
    ],
  })

  it('a NaN is an error that names the pair', async () => {
    const broken = scoreModel(2, (u, i) => (u === 1 && i === 0 ? Number.NaN : 3), { scale, name: 'broken' })
    const message = 'broken predicted NaN for user u1 and item i0'
    for (const metrics of ['rmse', 'ndcg', 'auc']) {
      await expect(evaluate(broken, made, { metrics })).rejects.toThrow(message)
    }
    const sampled = { kind: 'sampled', given: () => [0] } as const
    await expect(evaluate(broken, made, { metrics: 'hit', protocol: sampled })).rejects.toThrow(message)
  })

  it('a NaN for an item that was seen does no harm', async () => {
    const blind = scoreModel(2, (u, i) => (u === i ? Number.NaN : 3), { scale })
    expect((await evaluate(blind, made, { metrics: 'recall' })).metrics['recall@10']).toBe(1)
  })

  it('a model without ratings gets null, never a number, and no predictions file', async () => {
    const implicit = scoreModel(2, () => 0.5)
    const { metrics, counts } = await evaluate(implicit, made, { metrics: 'rmse,mae,hit' })
    expect(metrics).toEqual({ rmse: null, mae: null, 'hit@10': 1 })
    expect(counts.ratedRows).toBe(0)
    const rated = await evaluate(implicit, made, {
      metrics: 'precision,recall,ndcg-linear',
      protocol: { kind: 'rated', threshold: 4 },
    })
    expect(rated.metrics).toEqual({ 'precision@10': null, 'recall@10': null, 'ndcg-linear@10': 1 })
    const file = join(folder, 'none.csv')
    const wanted = evaluate(implicit, made, { metrics: 'hit', predictionsFile: file })
    await expect(wanted).rejects.toThrow(expect.objectContaining({ code: 'not-able' }))
    expect(readdirSync(folder)).not.toContain('none.csv')
  })

  it('no validation part, no similarity, an unwritable file, an interrupt', async () => {
    const model = byIndex(2)
    const failing = (options: Parameters<typeof evaluate>[2]) => expect(evaluate(model, made, options)).rejects
    await failing({ part: 'validation' }).toThrow(expect.objectContaining({ code: 'no-validation' }))
    await failing({ metrics: 'diversity' }).toThrow(expect.objectContaining({ code: 'no-similarity' }))
    const nowhere = join(folder, 'no', 'such.csv')
    await failing({ predictionsFile: nowhere }).toThrow(
      expect.objectContaining({ code: 'cannot-write', place: nowhere }),
    )
    await failing({ recommendationsFile: nowhere }).toThrow(expect.objectContaining({ code: 'cannot-write' }))
    await failing({ signal: AbortSignal.abort() }).toThrow(InterruptedError)
  })

  it('a failed run leaves no half recommendations file', async () => {
    const broken = scoreModel(2, (u) => (u === 1 ? Number.NaN : 3))
    const file = join(folder, 'half.csv')
    await expect(evaluate(broken, made, { metrics: 'hit', recommendationsFile: file })).rejects.toThrow(/NaN/)
    expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([])
  })
})

describe('predictions file', () => {
  it('has every test row in order, with clipped predictions and quoted ids', async () => {
    const whole = ratings([
      [0, 0, 5],
      [0, 1, 4],
      [1, 0, 2],
    ])
    const part = (rows: number[]) => whole.select(Int32Array.from(rows))
    const file = join(folder, 'predictions.csv')
    const made = givenSplit({ train: part([0]), test: part([1, 2]) })
    const model = scoreModel(2, (u, i) => u * 9 + i + 0.25, { scale })
    const { metrics } = await evaluate(model, made, { metrics: 'mae', predictionsFile: file })
    expect(readFileSync(file, 'utf8')).toBe('user,item,rating,prediction\nu0,i1,4,1.25\nu1,i0,2,5\n')
    expect(metrics.mae).toBe((2.75 + 3) / 2)
  })
})

describe('strong generalisation', () => {
  const made = parts({
    train: [
      [0, 0, 5],
      [0, 1, 4],
      [0, 2, 4],
      [0, 3, 1],
    ],
    profiles: [
      [1, 0, 5],
      [1, 2, 2],
    ],
    test: [
      [1, 3, 4],
      [1, 1, 1],
    ],
  })

  it('scores from the profile, leaves its items out and predicts ratings from it, clipped', async () => {
    const seen: unknown[] = []
    const model = scoreModel(4, () => Number.NaN, {
      scale,
      forProfile: (profile) => {
        seen.push(profile)
        return Float32Array.of(9, 2, 9, 8)
      },
    })
    const { metrics, counts } = await evaluate(model, made, { metrics: 'rmse,mrr' })
    expect(seen[0]).toEqual([
      { item: 0, rating: 5 },
      { item: 2, rating: 2 },
    ])
    // Predictions 5 (clipped from 8) and 2 against 4 and 1.
    expect(metrics).toEqual({ rmse: 1, 'mrr@10': 1 })
    expect(counts).toMatchObject({ lists: 1, rankedPairs: 2, positives: 2 })
  })

  it('a model without fold-in says so', async () => {
    await expect(evaluate(byIndex(4), made)).rejects.toThrow(expect.objectContaining({ code: 'not-able' }))
  })
})

describe('sampled negatives', () => {
  // 30 users with 20 of 40 items each, the last in time all over the catalogue.
  const whole = ratings(
    Array.from({ length: 600 }, (_, n): Row => [n % 30, Math.floor(n / 30) * 2 + (n % 2), 4, (n * 37) % 601]),
  )
  const made = split(whole, { kind: 'leave-one-out' })

  it('ties count against the positive', async () => {
    const flat = scoreModel(40, () => 1)
    const options = { metrics: 'hit@8,ndcg@9,auc', protocol: { kind: 'sampled', negatives: 8 } } as const
    const { metrics } = await evaluate(flat, made, options)
    expect(metrics).toEqual({ 'hit@8': 0, 'ndcg@9': 1 / Math.log2(10), auc: 0.5 })
  })

  it.each(['uniform', 'popularity'] as const)(
    '%s negatives are drawn anew for every positive, never a rated item',
    async (by) => {
      const file = join(folder, `${by}.csv`)
      const draw = async (seed: number) => {
        const protocol = { kind: 'sampled', negatives: 12, by, seed } as const
        const { counts } = await evaluate(
          scoreModel(40, () => 1),
          made,
          { metrics: 'hit', k: 50, protocol, recommendationsFile: file },
        )
        expect(counts).toMatchObject({ lists: 30, rankedPairs: 30 * 13 })
        return readFileSync(file, 'utf8')
      }
      const first = await draw(1)
      expect(await draw(1)).toBe(first)
      expect(await draw(2)).not.toBe(first)
      const rated = new Set(pairs(whole).map(([u, i]) => `u${u},i${i}`))
      const positives = new Set(pairs(made.test).map(([u, i]) => `u${u},i${i}`))
      const lines = first.trim().split('\n').slice(1)
      const drawn = lines.map((line) => line.split(',').slice(0, 2).join())
      expect(new Set(drawn).size).toBe(30 * 13)
      expect(drawn.filter((pair) => rated.has(pair)).sort()).toEqual([...positives].sort())
    },
  )

  it('takes all there are where there are fewer', async () => {
    const protocol = { kind: 'sampled', negatives: 99 } as const
    const { counts } = await evaluate(
      scoreModel(40, () => 1),
      made,
      { metrics: 'hit', protocol },
    )
    expect(counts.rankedPairs).toBe(30 * 21)
  })

  it('popularity draws popular items more often', async () => {
    // Item 0 was rated by 90 of 100 users, the others once or twice.
    const rows: Row[] = []
    for (let u = 0; u < 100; u++) {
      if (u < 90) rows.push([u, 0, 4, 1])
      rows.push([u, 1 + (u % 60), 4, 2], [u, 1 + ((u + 30) % 60), 4, 3], [u, 61 + (u % 7), 4, (u % 5) - 5])
    }
    const data = split(ratings(rows), { kind: 'leave-one-out' })
    const count = async (by: 'uniform' | 'popularity') => {
      const file = join(folder, 'drawn.csv')
      const protocol = { kind: 'sampled', negatives: 1, by } as const
      await evaluate(
        scoreModel(68, () => 1),
        data,
        { metrics: 'hit', k: 2, protocol, recommendationsFile: file },
      )
      return readFileSync(file, 'utf8').match(/,i0,/g)?.length ?? 0
    }
    // Ten users have not rated item 0; by popularity it has more than a third of their draws, uniformly one in 68.
    expect(await count('popularity')).toBeGreaterThan((await count('uniform')) + 1)
  })

  it('a positive that stands among its given negatives does not count against itself', async () => {
    const protocol = { kind: 'sampled', given: (row: number) => [made.test.item[row]!, 0, 1] } as const
    const best = scoreModel(40, (u, i) => (made.test.user.some((v, n) => v === u && made.test.item[n] === i) ? 2 : 1))
    expect((await evaluate(best, made, { metrics: 'hit@1', protocol })).metrics['hit@1']).toBe(1)
  })
})

describe('progress', () => {
  it('is reported to the end', async () => {
    const made = parts({
      train: [
        [0, 0, 5],
        [1, 1, 5],
      ],
      test: [
        [0, 1, 5],
        [1, 0, 3],
      ],
    })
    const reports: string[] = []
    await evaluate(byIndex(2), made, {
      metrics: 'rmse,hit',
      blockBytes: 1,
      onProgress: ({ stage, done, total }) => reports.push(`${stage} ${done}/${total}`),
    })
    expect(reports).toEqual(['predicting ratings 2/2', 'ranking 1/2', 'ranking 2/2'])
  })
})
