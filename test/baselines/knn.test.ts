import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { itemKnnDefinition, userKnnDefinition } from '../../src/baselines/knn/index.ts'
import { synthesise } from '../../src/data/index.ts'
import type { Recommender } from '../../src/models/recommender.ts'
import { createModel, registerModel } from '../../src/models/registry.ts'
import { table } from '../contracts/data.ts'

registerModel(userKnnDefinition)
registerModel(itemKnnDefinition)

interface Golden {
  users: number
  items: number
  ratings: [number, number, number][]
  cases: {
    side: 'user' | 'item'
    settings: Record<string, unknown>
    scores: number[][]
    similarities: number[][]
  }[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/knn.json', import.meta.url), 'utf8')) as Golden

async function fitted(side: string, settings: Record<string, unknown>, train = goldenTrain()): Promise<Recommender> {
  const model = await createModel(`${side}-knn`, settings)
  await model.fit(train)
  return model
}

const goldenTrain = () => table(golden.ratings, golden.users, golden.items)

test.each(golden.cases.map((c) => [`${c.side}-knn ${JSON.stringify(c.settings)}`, c] as const))(
  '%s scores as numpy does',
  async (_, { side, settings, scores }) => {
    const model = await fitted(side, settings)
    for (const [user, expected] of scores.entries()) {
      const actual = await model.scoreAll({ user })
      for (const [item, score] of expected.entries()) expect(actual[item], `${user}, ${item}`).toBeCloseTo(score, 5)
    }
  },
)

test('the stored similarities of item-knn are those of numpy, and similar() reads them', async () => {
  const { settings, similarities } = golden.cases.find(({ side }) => side === 'item')!
  const model = await fitted('item', settings)
  for (const [item, row] of similarities.entries()) {
    const expected = row.map((similarity, other) => ({ item: other, similarity })).filter((x) => x.similarity > 0)
    const actual = await model.similar([item], 100)
    expect(actual.map((x) => x.item).sort((a, b) => a - b)).toEqual(expected.map((x) => x.item))
    for (const { item: other, similarity } of actual) expect(similarity).toBeCloseTo(row[other]!, 5)
  }
  const [a, b] = [similarities[2]!, similarities[5]!]
  const [best] = await model.similar([2, 5], 1)
  const means = a.map((s, i) => (i === 2 || i === 5 ? 0 : (Math.max(0, s) + Math.max(0, b[i]!)) / 2))
  expect(best!.similarity).toBeCloseTo(Math.max(...means), 5)
})

test('by hand: two users who agree decide for the third', async () => {
  const rows: [number, number, number][] = [
    [0, 0, 4],
    [0, 1, 2],
    [0, 2, 5],
    [1, 0, 4],
    [1, 1, 2],
    [1, 2, 1],
    [2, 0, 4],
    [2, 1, 2],
  ]
  const train = table(rows, 3, 3)
  const plain = { centre: 'none', shrinkage: 0, similarity: 'cosine', lengths: 'common' }
  // Both others are at cosine 1 over the common items, so the mean of 5 and 1.
  expect((await (await fitted('user', plain, train)).scoreAll({ user: 2 }))[2]).toBeCloseTo(3, 6)
  // Over all their items: 20 / (sqrt(45) sqrt(20)) and 20 / (sqrt(21) sqrt(20)).
  const [near, nearer] = [20 / Math.sqrt(45 * 20), 20 / Math.sqrt(21 * 20)]
  const all = await (await fitted('user', { ...plain, lengths: 'all' }, train)).scoreAll({ user: 2 })
  expect(all[2]).toBeCloseTo((5 * near + nearer) / (near + nearer), 6)
  const one = await (await fitted('user', { ...plain, lengths: 'all', k: 1 }, train)).scoreAll({ user: 2 })
  expect(one[2]).toBeCloseTo(1, 6)
})

const ordinary = synthesise({
  users: 120,
  items: 70,
  ratings: 2600,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 8,
}).interactions

test.each([
  ['user', 'similarity', ['cosine', 'pearson', 'adjusted-cosine', 'msd']],
  ['user', 'lengths', ['common']],
  ['user', 'k', [3, null]],
  ['user', 'minNeighbours', [25]],
  ['user', 'minSupport', [8]],
  ['user', 'shrinkage', [0]],
  ['user', 'centre', ['none', 'mean']],
  ['user', 'damping', [0]],
  ['user', 'sweeps', [1]],
  ['item', 'similarity', ['cosine', 'pearson', 'adjusted-cosine', 'msd']],
  ['item', 'lengths', ['common']],
  ['item', 'k', [3, null]],
  ['item', 'minNeighbours', [15]],
  ['item', 'minSupport', [8]],
  ['item', 'shrinkage', [0]],
  ['item', 'centre', ['none', 'mean']],
  ['item', 'damping', [0]],
  ['item', 'sweeps', [1]],
  ['item', 'stored', [10]],
] as [string, string, unknown[]][])('%s-knn: %s changes the result', async (side, name, values) => {
  const base = { k: 10 }
  const before = await (await fitted(side, base, ordinary)).scoreAll({ user: 5 })
  for (const value of values) {
    const after = await (await fitted(side, { ...base, [name]: value }, ordinary)).scoreAll({ user: 5 })
    expect(after).not.toEqual(before)
  }
})

test.each(['user', 'item'])('%s-knn: any number of threads, the same bits; pairs as scores', async (side) => {
  // Big enough that threads are worth starting.
  const big = synthesise({ users: 900, items: 700, ratings: 380_000, seed: 3 }).interactions
  const pairs = { user: big.user.filter((_, n) => n % 50 === 0), item: big.item.filter((_, n) => n % 50 === 0) }
  const results = []
  for (const threads of [1, 3]) {
    const model = await createModel(`${side}-knn`)
    await model.fit(big, { threads })
    results.push({
      predicted: await model.predict(pairs),
      state: model.save(),
      scores: await model.scoreAll({ user: 9 }),
    })
  }
  expect(results[1]).toEqual(results[0])
  const { predicted, scores } = results[0]!
  const { min, max } = big.scale
  for (const [n, user] of pairs.user.entries()) {
    if (user !== 9) continue
    expect(predicted[n]).toBe(Math.fround(Math.min(max, Math.max(min, scores[pairs.item[n]!]!))))
  }
})

test.each(['user', 'item'])("%s-knn: a training user's ratings as a profile give that user's scores", async (side) => {
  const model = await fitted(side, {}, ordinary)
  const { offsets, indices, values } = ordinary.byUser()
  const rated = [...indices.subarray(offsets[7]!, offsets[8]!)]
  const profile = rated.map((item, n) => ({ item, rating: values[offsets[7]! + n]! })).reverse()
  const own = await model.scoreAll({ user: 7 })
  const folded = await model.scoreAll({ profile })
  // For items that were rated the user is a neighbour of the profile, but not of itself.
  for (const [item, score] of folded.entries()) if (!rated.includes(item)) expect(score).toBe(own[item])
})

test('a signal that is raised stops the table of item-knn', async () => {
  const model = await createModel('item-knn')
  await expect(model.fit(ordinary, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
})
