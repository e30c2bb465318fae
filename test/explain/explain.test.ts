import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/catalogue/create.ts'
import { Random } from '../../src/core/random.ts'
import { synthesise } from '../../src/data/index.ts'
import { pearson, spearman } from '../../src/explain/correlation.ts'
import {
  checkAttention,
  explainPrediction,
  inWords,
  measureFaithfulness,
  measureInfluence,
  profileOfUser,
  shapley,
} from '../../src/explain/index.ts'
import type { Recommender } from '../../src/models/recommender.ts'
import { scoreModel } from '../evaluation/table-model.ts'

const scale = { min: 1, max: 5, step: 0.5 }
const { interactions: train } = synthesise({
  users: 60,
  items: 40,
  ratings: 1200,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 4,
})

async function fitted(name: string, set: Record<string, unknown> = {}, seed = 1): Promise<Recommender> {
  const model = await createModel(name, set)
  await model.fit(train, { seed, threads: 1 })
  return model
}
const small = {
  factors: 8,
  layers: [16, 8],
  epochs: 15,
  batch: 32,
  learningRate: 0.01,
  initSd: 0.1,
  embeddingDropout: 0,
}
const network = await fitted('explainable-dnn', small)
const title = (item: number): string => `Movie ${item}`

describe('by hand', () => {
  /** Score of item i: 3 + the sum over the profile of w (rating - 3), w = 0.1 (1 + item). */
  const linear = scoreModel(6, () => 3, {
    scale: { min: 1, max: 5 },
    forProfile: (profile) =>
      Float32Array.from({ length: 6 }, (_, i) =>
        profile.reduce((sum, { item, rating }) => sum + 0.1 * (1 + item) * (rating - 3), 3 + i / 10),
      ),
  })
  const profile = [
    { item: 0, rating: 5 },
    { item: 2, rating: 2 },
    { item: 3, rating: 4.5 },
  ]

  it('an influence is the prediction with the rating less the one without; the largest comes first', async () => {
    const { folded, influences, of } = await measureInfluence(linear, profile, 1)
    expect(of).toBe(3)
    expect(folded).toBeCloseTo(3.1 + 0.2 - 0.3 + 0.6, 5)
    expect(influences.map(({ item, rating }) => [item, rating])).toEqual([
      [3, 4.5],
      [2, 2],
      [0, 5],
    ])
    expect(influences.map(({ difference }) => difference)).toEqual([0.6, -0.3, 0.2].map((x) => expect.closeTo(x, 5)))
    expect(influences[0]!.without).toBeCloseTo(3.0, 5)
  })

  it('a limit measures so many and says so', async () => {
    const explained = await explainPrediction(linear, train, { profile }, 1, { limit: 2, k: 1 })
    expect(explained.influence).toMatchObject({ measured: 2, of: 3, chosen: 'every-nth', ratings: [{}] })
    expect(inWords(explained, title, scale)).toContain('Of the 3 ratings 2, evenly chosen')
  })

  it('of a long profile the movies most similar are measured, the movie itself first', async () => {
    const near = { ...linear, abilities: { ...linear.abilities, similar: true } }
    const neighbours = [3, 5, 0, 4].map((item) => ({ item, similarity: 1 - item / 10 }))
    const result = await measureInfluence({ ...near, similar: async () => neighbours }, profile, 2, { limit: 2 })
    expect(result.chosen).toBe('nearest')
    expect(result.influences.map(({ item }) => item).sort()).toEqual([2, 3])
  })

  it('nothing to fold in: said, not made up', async () => {
    const empty = await explainPrediction(linear, train, { profile: [] }, 1)
    expect(empty.influence).toEqual({ folded: expect.closeTo(3.1, 5), ratings: [], measured: 0, of: 0, chosen: 'all' })
    expect(inWords(empty, title, scale)).toContain('no ratings of the user')
    expect(empty).toMatchObject({ attention: null, strength: null })
    expect(inWords(empty, title, scale)).toContain('no attention')
  })

  it('Shapley: the parts add up, and an additive model is taken apart exactly', async () => {
    // Items differ by i / 10 around a mean of 0.25; the profile adds 0.5 to each.
    const value = await shapley(linear, { profile }, 1)
    expect(value).toMatchObject({ reference: 'mean', none: expect.closeTo(3.25, 5) })
    expect(value.user).toBeCloseTo(0.5, 5)
    expect(value.item).toBeCloseTo(-0.15, 5)
  })

  it('correlations: ties share ranks, no variation is no number', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12)
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 50])).toBeCloseTo(0.8, 12)
    // Ranks 0.5, 0.5, 2 against 0, 1, 2: covariance 1.5, variances 1.5 and 2.
    expect(spearman([7, 7, 9], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(1.5 * 2), 12)
    expect(pearson([1, 1], [1, 2])).toBeNull()
  })
})

describe('on fitted models', () => {
  it('weights and strength are those of the prediction; unknown movie and user give the Shapley value', async () => {
    const who = { user: 3 }
    const explained = await explainPrediction(network, train, who, 7, { k: 3 })
    const told = await network.explain!(who, Int32Array.of(7, -1))
    const nobody = await network.explain!({ user: -1 }, Int32Array.of(7, -1))
    expect(explained.attention!.user).toBeCloseTo(told.attention!.user[0]!, 6)
    expect(explained.strength).toBeCloseTo(told.strength![0]!, 6)
    expect(explained.rating).toBeCloseTo(
      (await network.predict({ user: Int32Array.of(3), item: Int32Array.of(7) }))[0]!,
      4,
    )
    const { none, user, item } = explained.shapley
    expect(none).toBeCloseTo(nobody.rating[1]!, 5)
    expect(none + user + item).toBeCloseTo(explained.score, 5)
    expect(user - item).toBeCloseTo(told.rating[1]! - nobody.rating[0]!, 5)
    expect(explained.influence).toMatchObject({ of: profileOfUser(train, 3).length })
    expect(explained.influence!.ratings).toHaveLength(3)
    const words = inWords(explained, title, scale)
    expect(words).toContain(`predicts ${explained.rating!.toFixed(2)} for Movie 7`)
    expect(words).toContain(`${(100 * explained.attention!.user).toFixed(1)}% on the user's preferences`)
    expect(words).toContain(title(explained.influence!.ratings[0]!.item))
  })

  it('an explanation is of one model and one user: another seed, another user, another movie read differently', async () => {
    const other = await fitted('explainable-dnn', small, 2)
    const of = async (model: Recommender, user: number, item: number): Promise<string> =>
      inWords(await explainPrediction(model, train, { user }, item), () => 'it', scale)
    const texts = [await of(network, 3, 7), await of(other, 3, 7), await of(network, 4, 7), await of(network, 3, 8)]
    expect(new Set(texts).size).toBe(4)
    const weights = async (model: Recommender, user: number): Promise<number> =>
      (await model.explain!({ user }, Int32Array.of(7))).attention!.user[0]!
    expect(await weights(network, 3)).not.toBeCloseTo(await weights(other, 3), 4)
    expect(await weights(network, 3)).not.toBeCloseTo(await weights(network, 4), 4)
    expect(await of(network, 3, 7)).toBe(texts[0])
  })

  it.each([
    ['explainable-dnn', small],
    ['explainable-dnn', { ...small, attention: false }],
    ['bias', {}],
    ['embedding-dot', { factors: 4 }],
    ['ease', {}],
  ])('%s %o: taking out the ratings it names moves it more than as many at random', async (name, set) => {
    const model = await fitted(name, set)
    const cases = Array.from({ length: 12 }, (_, user) => ({
      profile: profileOfUser(train, user),
      item: (7 * user) % 40,
    }))
    const {
      named,
      random,
      wins,
      cases: counted,
    } = await measureFaithfulness(model, cases, {
      masked: 3,
      draws: 3,
      random: new Random(1),
    })
    expect(counted).toBe(12)
    expect(named).toBeGreaterThan(1.3 * random)
    expect(wins).toBeGreaterThan(0.6)
  })

  it('the attention is compared with what it claims to tell; models without are refused', async () => {
    const users = [0, 1, 2, 3, 4, 5]
    const check = await checkAttention(network, users, [1, 2, 3, 4, 5, 6, 7, 8])
    expect(check.pairs).toBe(48)
    for (const value of [check.pearson, check.spearman, check.spearmanUser, check.spearmanItem]) {
      expect(Math.abs(value!)).toBeLessThanOrEqual(1)
    }
    expect(check.userWeight.least).toBeLessThan(check.userWeight.most)
    await expect(checkAttention(await fitted('bias'), users, [1])).rejects.toMatchObject({ code: 'not-able' })
    const without = await fitted('explainable-dnn', { ...small, epochs: 1, attention: false })
    await expect(checkAttention(without, users, [1])).rejects.toMatchObject({ code: 'not-able' })
  })

  it('a model that cannot take profiles says so', async () => {
    const model = scoreModel(40, (user, item) => 3 + ((user + item) % 3) / 2, { scale: { min: 1, max: 5 } })
    const explained = await explainPrediction(
      { ...model, scoreAll: async (who) => model.scoreAll('user' in who ? who : { user: 0 }) },
      train,
      { user: 1 },
      2,
    )
    expect(explained.influence).toBeNull()
    expect(inWords(explained, title, scale)).toContain('cannot take profiles')
  })
})
