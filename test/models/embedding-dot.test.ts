import { describe, expect, test } from 'vitest'
import type { Interactions } from '../../src/data/interactions.ts'
import { loadDataset } from '../../src/data/load.ts'
import { split } from '../../src/data/splits/index.ts'
import { signalFunction, synthesise } from '../../src/data/synthetic/index.ts'
import { Session } from '../../src/engine/session/session.ts'
import { EmbeddingDot } from '../../src/models/embedding-dot/embedding-dot.ts'
import {
  type EmbeddingDotHyperparameters,
  embeddingDotHyperparameters,
} from '../../src/models/embedding-dot/hyperparameters.ts'
import { parameterCount } from '../../src/models/embedding-dot/start.ts'
import { largestDifference } from '../engine/dot-data.ts'

const model = (given: Partial<EmbeddingDotHyperparameters> = {}): EmbeddingDot =>
  new EmbeddingDot(embeddingDotHyperparameters.parse(given))

async function fitted(train: Interactions, given: Partial<EmbeddingDotHyperparameters> = {}, seed = 1, threads = 1) {
  const made = model(given)
  await made.fit(train, { seed, threads })
  return made
}

async function rmse(of: EmbeddingDot, test: Interactions): Promise<number> {
  const predicted = await of.predict(test)
  let squares = 0
  for (let n = 0; n < test.count; n++) squares += (predicted[n]! - test.rating[n]!) ** 2
  return Math.sqrt(squares / test.count)
}

/** Small ratings with structure, on the scale 0.5 to 5 in halves. */
const small = synthesise({
  users: 60,
  items: 40,
  ratings: 1200,
  noise: 0.3,
  scale: { min: 0.5, max: 5, step: 0.5 },
  seed: 3,
}).interactions
const quick = { factors: 4, epochs: 4, learningRate: 0.01 }

/** `small` without the ratings of user 0 and item 0. */
const holes = small.select(
  Int32Array.from({ length: small.count }, (_, k) => k).filter((k) => small.user[k] !== 0 && small.item[k] !== 0),
)

describe('embedding-dot: accuracy', () => {
  test('reaches the noise floor of synthetic ratings within 3%', async () => {
    // 4 true factors, 100 training ratings a user. Even a perfect learner pays about half a parameter's variance for
    // each: (5 / 100 + 5 / 1,333) / 2 = 2.7% here; with 1,000 items for 2,000 users that alone would be 3.7%.
    const { interactions, truth } = synthesise({ users: 4000, items: 300, ratings: 444_000, factors: 4, seed: 5 })
    const { train, test: held } = split(interactions, { kind: 'random', ratio: 0.9, seed: 1 })
    const signal = signalFunction(truth, 4, 3.5)
    let floor = 0
    for (let k = 0; k < held.count; k++) floor += (signal(held.user[k]!, held.item[k]!) - held.rating[k]!) ** 2
    floor = Math.sqrt(floor / held.count)
    expect(floor).toBeCloseTo(0.5, 2)
    for (const threads of [1, 2]) {
      const given = { factors: 4, output: 'linear', epochs: 15, learningRate: 0.004, l2: 0.004 } as const
      expect(await rmse(await fitted(train, given, 1, threads), held)).toBeLessThan(floor * 1.03)
    }
  })

  test('ml-latest-small: well below damped bias (0.87), and Toy Story is near to other family films', async () => {
    const { interactions, items } = await loadDataset('ml-latest-small')
    const { train, test: held } = split(interactions, { kind: 'random', ratio: 0.8, seed: 1 })
    const found = await fitted(train)
    expect(await rmse(found, held)).toBeLessThan(0.855)

    const toyStory = items.titles.indexOf('Toy Story (1995)')
    const near = await found.similar([toyStory], 10)
    const family = near.filter(({ item }) =>
      items.genres[item]!.some((genre) => genre === 'Animation' || genre === 'Children'),
    )
    // 13% of the candidates are.
    expect(family.length).toBeGreaterThanOrEqual(4)
    const { offsets } = train.byItem()
    for (const { item } of near) expect(offsets[item + 1]! - offsets[item]!).toBeGreaterThanOrEqual(5)

    const began = performance.now()
    const scores = await found.scoreUsers(Int32Array.from({ length: 610 }, (_, u) => u))
    expect(scores.length).toBe(610 * items.titles.length)
    expect(scores.every(Number.isFinite)).toBe(true)
    console.log(`full ranking scores of 610 x ${items.titles.length}: ${Math.round(performance.now() - began)} ms`)
  })
})

describe('embedding-dot: answers', () => {
  test('predict, scoreAll and scoreUsers agree', async () => {
    for (const output of ['sigmoid', 'linear'] as const) {
      const found = await fitted(small, { ...quick, output })
      const users = Int32Array.from({ length: 60 }, (_, u) => u)
      const all = await found.scoreUsers(users)
      for (const user of [0, 7, 59]) {
        const scores = await found.scoreAll({ user })
        expect(scores).toEqual(all.slice(user * 40, user * 40 + 40))
        const item = Int32Array.from({ length: 40 }, (_, i) => i)
        const predicted = await found.predict({ user: new Int32Array(40).fill(user), item })
        const clipped = scores.map((score) => Math.min(5, Math.max(0.5, score)))
        expect(largestDifference(predicted, clipped)).toBeLessThan(2e-6)
      }
    }
  })

  test('cold users and items are the biases and the mean', async () => {
    const found = await fitted(holes, quick)
    const cold = await found.predict({
      user: Int32Array.of(0, -1, 0, -1, 5, 5),
      item: Int32Array.of(0, -1, 7, 7, 0, -1),
    })
    // Neither known: the mean rating.
    expect(cold[0]).toBeCloseTo(holes.mean(), 5)
    expect(cold[1]).toBe(cold[0])
    expect(cold[2]).toBe(cold[3])
    expect(cold[4]).toBe(cold[5])
    expect(cold[4]).not.toBeCloseTo(holes.mean(), 3)
    const empty = await found.scoreAll({ profile: [] })
    expect(await found.scoreAll({ user: 0 })).toEqual(empty)
    expect(await found.scoreAll({ user: -1 })).toEqual(empty)
    expect(empty[7]).toBeCloseTo(cold[2]!, 5)
    const near = await found.similar([0], 5)
    expect(near.map(({ similarity }) => similarity)).toEqual([0, 0, 0, 0, 0])
    expect((await found.similar([3], 40)).every(({ item }) => item !== 0 && item !== 3)).toBe(true)
  })

  test('a saved model, loaded, answers with the same bits', async () => {
    const found = await fitted(holes, quick)
    const again = model(quick)
    again.load(found.save(), { train: holes })
    expect(await again.scoreAll({ user: 3 })).toEqual(await found.scoreAll({ user: 3 }))
    const profile = [{ item: 3, rating: 4.5 }]
    expect(await again.recommend({ profile })).toEqual(await found.recommend({ profile }))
    expect(await again.predict(small)).toEqual(await found.predict(small))
  })

  test('the ONNX file gives the same ratings', async () => {
    for (const output of ['sigmoid', 'linear'] as const) {
      const found = await fitted(small, { ...quick, output })
      const [file] = await found.onnx()
      const session = await Session.create(file!.bytes as Uint8Array<ArrayBuffer>, { threads: 1 })
      const rating = new Float32Array(500)
      const pairs = { user: small.user.slice(0, 500), item: small.item.slice(0, 500) }
      await session.bind(pairs, { rating }, { B: 500 }).run()
      await session.release()
      const clipped = rating.map((r) => Math.min(5, Math.max(0.5, r)))
      expect(largestDifference(clipped, await found.predict(pairs))).toBeLessThan(5e-6)
    }
  })

  test("the paper's size: 7,113,531 parameters", async () => {
    expect(parameterCount(138_476, 1005, 50)).toBe(7_113_531)
    const found = await fitted(small, { ...quick, factors: 7 })
    const held = Object.values(found.save().tensors).reduce((sum, { data }) => sum + data.length, 0)
    expect(held).toBe(parameterCount(60, 40, 7))
  })
})

describe('embedding-dot: training', () => {
  test('the graph learns the same as the kernels on one thread', async () => {
    for (const given of [
      { optimiser: 'sgd', batch: 16 },
      { optimiser: 'sgd', batch: 1, output: 'linear', learningRate: 0.002 },
      { optimiser: 'lazy-adam', batch: 50 },
    ] as const) {
      const shared = await fitted(small, { ...quick, epochs: 3, ...given })
      const graph = await fitted(small, { ...quick, epochs: 3, ...given, scheme: 'graph' })
      for (const [name, { data }] of Object.entries(shared.save().tensors)) {
        expect(largestDifference(data, graph.save().tensors[name]!.data), `${given.optimiser} ${name}`).toBeLessThan(
          1e-4,
        )
      }
    }
  })

  test('exact Adam needs the graph, and there it differs from the lazy one', async () => {
    expect(() => model({ optimiser: 'adam' })).toThrow(/scheme=graph/)
    const lazy = await fitted(small, { ...quick, scheme: 'graph' })
    const exact = await fitted(small, { ...quick, scheme: 'graph', optimiser: 'adam' })
    expect(await rmse(exact, small)).not.toBe(await rmse(lazy, small))
  })

  test('the same seed and threads give the same model; another seed another', async () => {
    for (const threads of [1, 2]) {
      const first = (await fitted(small, quick, 1, threads)).save()
      expect((await fitted(small, quick, 1, threads)).save()).toEqual(first)
      expect((await fitted(small, quick, 2, threads)).save()).not.toEqual(first)
    }
  })

  test.each([
    { factors: 5 },
    { epochs: 5 },
    { learningRate: 0.011 },
    { decay: 0.8 },
    { l2: 0.06 },
    { l2Bias: 0.006 },
    { optimiser: 'sgd' },
    { batch: 32 },
    { initialiser: 'he-normal' },
    { initSd: 0.02 },
    { output: 'linear' },
    { globalBias: false },
    { foldInPrior: 0 },
    { foldInBiasPrior: 0 },
    { neighbourSupport: 10 },
  ] as const)('changing %o changes the result', async (change) => {
    const answers = async (found: EmbeddingDot) => [
      ...(await found.predict(small)),
      ...(await found.scoreAll({ profile: [{ item: 1, rating: 5 }] })),
      ...(await found.similar([2], 40)).map(({ item }) => item),
    ]
    expect(await answers(await fitted(small, { ...quick, ...change }))).not.toEqual(
      await answers(await fitted(small, quick)),
    )
  })

  test('patience stops early, on validation', async () => {
    const { train, test: validation } = split(small, { kind: 'random', ratio: 0.8, seed: 1 })
    const stops = async (patience: number) => {
      const made = model({ ...quick, factors: 10, l2: 0, l2Bias: 0, decay: 1, epochs: 200, patience })
      return made.fit(train, { validation, threads: 1 })
    }
    const one = await stops(1)
    const four = await stops(4)
    expect(one.stopped).toBe('early')
    expect(one.epochs.length).toBe(one.bestEpoch! + 1)
    expect(four.epochs.length).toBe(four.bestEpoch! + 4)
  })

  test('all ratings equal, one user, one rating: no NaN', async () => {
    const same = small.select(
      Int32Array.from({ length: small.count }, (_, k) => k).filter((k) => small.rating[k] === 3),
    )
    for (const train of [same, small.select(Int32Array.of(5))]) {
      for (const output of ['sigmoid', 'linear'] as const) {
        const found = await fitted(train, { ...quick, output }, 1, 2)
        expect([...(await found.scoreAll({ user: train.user[0]! }))].every(Number.isFinite)).toBe(true)
        const predicted = await found.predict(train)
        for (let n = 0; n < train.count; n++) expect(Math.abs(predicted[n]! - train.rating[n]!)).toBeLessThan(0.3)
      }
    }
  })
})
