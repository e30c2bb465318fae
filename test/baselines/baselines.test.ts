import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { type Dataset, Interactions, loadDataset, Vocabulary } from '../../src/data/index.ts'
import { split } from '../../src/data/splits/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import { createModel } from '../../src/models/registry.ts'

interface Golden {
  ratings: [user: number, item: number, rating: number][]
  users: number
  items: number
  cases: { itemDamping: number; userDamping: number; sweeps: number; predictions: number[][] }[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/bias.json', import.meta.url), 'utf8')) as Golden
const ids = (n: number) => Vocabulary.of(Float64Array.from({ length: n }, (_, k) => k + 1))
const small = new Interactions({
  users: ids(golden.users),
  items: ids(golden.items),
  user: Int32Array.from(golden.ratings, ([user]) => user),
  item: Int32Array.from(golden.ratings, ([, item]) => item),
  rating: Float32Array.from(golden.ratings, ([, , rating]) => rating),
  timestamp: null,
  scale: { min: -100, max: 100, step: null },
})

let movies: Dataset
beforeAll(async () => {
  registerBuiltins()
  movies = await loadDataset('ml-latest-small')
})

describe('bias', () => {
  test.each(golden.cases)(
    'agrees with plain Python: damping $itemDamping/$userDamping, $sweeps sweeps',
    async (row) => {
      const { predictions, ...hyperparameters } = row
      const model = await createModel('bias', hyperparameters)
      await model.fit(small)
      for (const [user, expected] of predictions.entries()) {
        const scores = await model.scoreAll({ user })
        for (const [item, value] of expected.entries()) expect(scores[item]).toBeCloseTo(value, 5)
      }
    },
  )

  test('reaches the published error on MovieLens latest-small, per-user time split 80/20', async () => {
    const parts = split(movies.interactions, { kind: 'time-user', ratio: 0.8 })
    const model = await createModel('bias')
    await model.fit(parts.train)
    const { metrics } = await evaluate(model, parts, { metrics: 'rmse,mae' })
    expect(metrics.rmse).toBeCloseTo(0.9002, 4)
    expect(metrics.mae).toBeCloseTo(0.6929, 4)
  })

  test('reaches about 0.8701 on random 80/20 splits', async () => {
    const errors: number[] = []
    for (const seed of [1, 2, 3, 4, 5]) {
      const parts = split(movies.interactions, { kind: 'random', ratio: 0.8, seed })
      const model = await createModel('bias')
      await model.fit(parts.train)
      errors.push((await evaluate(model, parts, { metrics: 'rmse' })).metrics.rmse!)
    }
    expect(errors.reduce((a, b) => a + b) / errors.length).toBeCloseTo(0.8701, 2)
  })

  test.each([{}, { sweeps: 3 }])(
    "a training user's own ratings as a profile give that user's scores: %o",
    async (set) => {
      const model = await createModel('bias', set)
      const { interactions } = movies
      await model.fit(interactions)
      const { offsets, indices, values } = interactions.byUser()
      for (const user of [0, 57, 609]) {
        const profile = [...indices.subarray(offsets[user]!, offsets[user + 1]!)].map((item, n) => ({
          item,
          rating: values[offsets[user]! + n]!,
        }))
        const known = await model.scoreAll({ user })
        const folded = await model.scoreAll({ profile })
        for (let item = 0; item < known.length; item++)
          expect(Math.abs(folded[item]! - known[item]!)).toBeLessThan(1e-5)
      }
    },
  )
})

describe('item-mean', () => {
  test('is the damped mean of each item, the same for everybody', async () => {
    const model = await createModel('item-mean', { damping: 2 })
    await model.fit(small)
    const mean = 30 / 9
    const expected = [mean + (9 - 2 * mean) / 4, mean + (6.5 - 3 * mean) / 5, mean + (3.5 - mean) / 3, 0, mean]
    expected[3] = mean + (11 - 3 * mean) / 5
    for (const who of [{ user: 0 }, { user: -1 }, { profile: [] }, { profile: [{ item: 1, rating: 5 }] }]) {
      const scores = await model.scoreAll(who)
      for (const [item, value] of expected.entries()) expect(scores[item]).toBeCloseTo(value, 5)
    }
  })
})

describe('popularity', () => {
  test('orders items by their number of ratings and gives the share of users', async () => {
    const model = await createModel('popularity')
    await model.fit(small)
    expect([...(await model.scoreAll({ user: 4 }))]).toEqual([2, 3, 1, 3, 0])
    const share = await model.predict({ user: Int32Array.of(0, 0, 0), item: Int32Array.of(1, 4, -1) })
    expect([...share]).toEqual([0.75, 0, 0])
    const best = await model.recommend({ user: -1 }, { k: 2 })
    expect(best).toEqual([
      { item: 1, score: 3, rating: null },
      { item: 3, score: 3, rating: null },
    ])
  })

  test('counts only ratings from the threshold on', async () => {
    const model = await createModel('popularity', { minimumRating: 3.5 })
    await model.fit(small)
    expect([...(await model.scoreAll({ user: 4 }))]).toEqual([2, 0, 1, 2, 0])
  })

  test('predicts no rating, so it has no rmse', async () => {
    const parts = split(movies.interactions, { kind: 'random' })
    const model = await createModel('popularity')
    await model.fit(parts.train)
    const { metrics } = await evaluate(model, parts, { metrics: 'rmse,ndcg@10' })
    expect(metrics.rmse).toBeNull()
    expect(metrics['ndcg@10']).toBeGreaterThan(0.05)
  })
})

describe('random', () => {
  test('draws from the distribution of the training ratings', async () => {
    const model = await createModel('random')
    const { interactions } = movies
    await model.fit(interactions)
    const n = 610 * 1000
    const drawn = await model.predict({
      user: Int32Array.from({ length: n }, (_, k) => k % 610),
      item: Int32Array.from({ length: n }, (_, k) => Math.floor(k / 610)),
    })
    const share = (ratings: Float32Array, level: number) =>
      ratings.reduce((count, r) => count + (Math.round(r * 2) === level * 2 ? 1 : 0), 0) / ratings.length
    for (let level = 0.5; level <= 5; level += 0.5) {
      expect(Math.abs(share(drawn, level) - share(interactions.rating, level))).toBeLessThan(0.003)
    }
  })

  test('depends on the seed, the user and the item, and on nothing else', async () => {
    const scores = async (seed: number, user: number) => {
      const model = await createModel('random')
      await model.fit(movies.interactions, { seed })
      return (await model.scoreAll({ user })).slice(0, 50)
    }
    expect(await scores(1, 3)).toEqual(await scores(1, 3))
    expect(await scores(1, 3)).not.toEqual(await scores(2, 3))
    expect(await scores(1, 3)).not.toEqual(await scores(1, 4))
  })

  test('ranks at chance: its AUC is one half', async () => {
    const parts = split(movies.interactions, { kind: 'random' })
    const model = await createModel('random')
    await model.fit(parts.train)
    const { metrics } = await evaluate(model, parts, { metrics: 'auc' })
    expect(Math.abs(metrics.auc! - 0.5)).toBeLessThan(0.01)
  })
})

test.each(['random', 'popularity', 'item-mean', 'bias'])(
  '%s has no vectors to compare movies by, and says so',
  async (name) => {
    const model = await createModel(name)
    await model.fit(small)
    await expect(model.similar([0])).rejects.toThrow(`${name} cannot find similar items`)
  },
)

test.each([
  ['bias', { itemDamping: 1 }],
  ['bias', { userDamping: 1 }],
  ['bias', { sweeps: 2 }],
  ['item-mean', { damping: 1 }],
  ['popularity', { minimumRating: 4 }],
])('%s: %o changes the result', async (name, set) => {
  const scores = async (hyperparameters: Record<string, unknown>) => {
    const model = await createModel(name, hyperparameters)
    await model.fit(small)
    return model.scoreAll({ user: 1 })
  }
  expect(await scores(set)).not.toEqual(await scores({}))
})
