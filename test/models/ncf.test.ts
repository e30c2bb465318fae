import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { type Interactions, split, synthesise } from '../../src/data/index.ts'
import { Session } from '../../src/engine/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import { gmfHyperparameters, mlpHyperparameters, neumfHyperparameters } from '../../src/models/ncf/hyperparameters.ts'
import type { Ncf } from '../../src/models/ncf/ncf.ts'
import { NcfNetwork } from '../../src/models/ncf/network.ts'
import { createGmf, createMlp, Neumf } from '../../src/models/ncf/neumf.ts'
import { createStep } from '../../src/models/ncf/step.ts'
import type { FitOptions } from '../../src/models/recommender.ts'
import { table } from '../contracts/data.ts'

const { interactions } = synthesise({
  users: 80,
  items: 40,
  ratings: 1200,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const train = parts.train
const validation = parts.validation!
const shared = { epochs: 3, batch: 50, foldInSteps: 20 }
type Settings = Record<string, unknown>
const makers: Record<string, (set?: Settings) => Ncf> = {
  gmf: (set) => createGmf(gmfHyperparameters.parse({ factors: 6, ...shared, ...set })),
  mlp: (set) => createMlp(mlpHyperparameters.parse({ layers: [8, 6, 4], ...shared, ...set })),
  neumf: (set) => new Neumf(neumfHyperparameters.parse({ factors: 6, layers: [8, 6, 4], ...shared, ...set })),
}
const weightsOf = (model: Ncf): number[] => Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(name: string, set: Settings = {}, options: FitOptions = {}, data = train): Promise<Ncf> {
  const model = makers[name]!(set)
  await model.fit(data, { seed: 1, threads: 1, ...options })
  return model
}

/** The network in float64, from named weights. */
function logit(
  w: Record<string, ArrayLike<number>>,
  sizes: { factors: number; layers: number[] },
  u: number,
  i: number,
) {
  const { factors, layers } = sizes
  const half = layers[0]! / 2
  let z = w['output.bias']![0]!
  for (let d = 0; d < factors; d++) {
    z += w['gmf.head']![d]! * w['gmf.users']![u * factors + d]! * w['gmf.items']![i * factors + d]!
  }
  let x = Array.from({ length: layers[1]! }, (_, j) => {
    let sum = w['layer1.bias']![j]!
    for (let d = 0; d < half; d++) {
      sum += w['layer1.user']![d * layers[1]! + j]! * w['mlp.users']![u * half + d]!
      sum += w['layer1.item']![d * layers[1]! + j]! * w['mlp.items']![i * half + d]!
    }
    return Math.max(0, sum)
  })
  for (let l = 2; l < layers.length; l++) {
    const [weight, bias] = [w[`layer${l}.weight`]!, w[`layer${l}.bias`]!]
    const from = x
    x = Array.from({ length: layers[l]! }, (_, j) =>
      Math.max(
        0,
        from.reduce((sum, value, d) => sum + value * weight[d * layers[l]! + j]!, bias[j]!),
      ),
    )
  }
  return x.reduce((sum, value, d) => sum + value * w['mlp.head']![d]!, z)
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const numbers = (model: Ncf): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(model.save().tensors).map(([name, { data }]) => [name, Float64Array.from(data)]))

describe('training', () => {
  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences in float64. */
  test('the step follows the gradient of the loss as written out in plain arithmetic', async () => {
    const sizes = { factors: 3, layers: [6, 5, 4] }
    const settings = neumfHyperparameters.parse({ ...sizes, l2: 0.2, optimiser: 'sgd', batch: 14, initSd: 0.6 })
    const network = new NcfNetwork({ users: 9, items: 7, ...sizes, outputBias: true })
    const random = new Random(3)
    const pairs = Array.from({ length: 14 }, (_, n) => ({ u: random.int(8), i: random.int(6), y: n % 3 === 0 ? 1 : 0 }))
    const examples = {
      count: 14,
      fill: (_: Int32Array, users: Int32Array, items: Int32Array, labels: Float32Array) =>
        pairs.forEach(({ u, i, y }, n) => {
          users[n] = u
          items[n] = i
          labels[n] = y
        }),
    }
    const step = await createStep(network, examples, settings, { random: new Random(4), seed: 1, threads: 1 })
    for (const [name, w] of Object.entries(step.weights)) if (/^layer.*bias/.test(name)) w.fill(0.3)
    const before = Object.fromEntries(Object.entries(step.weights).map(([name, w]) => [name, Float64Array.from(w)]))
    const rate = 2 ** -10
    step.prepare(
      0,
      Int32Array.from({ length: 14 }, (_, n) => n),
      0,
    )
    const reported = await step.run(0, rate)
    const loss = (penalty: boolean): number => {
      let sum = 0
      for (const { u, i, y } of pairs) {
        const z = logit(before, sizes, u, i)
        sum += softplus(z) - y * z
        if (!penalty) continue
        for (const [name, row, width] of [
          ['gmf.users', u, 3],
          ['gmf.items', i, 3],
          ['mlp.users', u, 3],
          ['mlp.items', i, 3],
        ] as const) {
          for (let d = 0; d < width; d++) sum += settings.l2 * before[name]![row * width + d]! ** 2
        }
      }
      return sum / pairs.length
    }
    expect(reported).toBeCloseTo(loss(false), 5)
    let moved = 0
    for (const [name, after] of Object.entries(step.weights)) {
      const weights = before[name]!
      for (let n = 0; n < weights.length; n++) {
        const at = weights[n]!
        weights[n] = at + 1e-5
        const up = loss(true)
        weights[n] = at - 1e-5
        const down = loss(true)
        weights[n] = at
        const slope = (up - down) / 2e-5
        expect((at - after[n]!) / rate, `${name}[${n}]`).toBeCloseTo(slope, 3)
        if (Math.abs(slope) > 0.005) moved++
      }
    }
    expect(moved).toBeGreaterThan(60)
    await step.release()
  })

  test('the validation metric is 1 - ndcg@10 as the evaluation has it; the best epoch is restored', async () => {
    const model = makers.neumf!({ learningRate: 0.02, epochs: 8, patience: 8, threshold: 2.5 })
    const { epochs, bestEpoch } = await model.fit(train, { validation, threads: 1 })
    const protocol = { kind: 'full', threshold: 2.5 } as const
    const measured = await evaluate(model, parts, { part: 'validation', metrics: 'ndcg@10', protocol })
    expect(1 - measured.metrics['ndcg@10']!).toBeCloseTo(epochs[bestEpoch! - 1]!.validation!, 6)
    expect(new Set(epochs.map(({ validation: v }) => v)).size).toBeGreaterThan(2)
  })

  test('interrupted and resumed, pre-training included: the weights of an uninterrupted run, bit for bit', async () => {
    const set = { dropout: 0.2, epochs: 4, pretrainEpochs: 2 }
    const whole = await fitted('neumf', set, { validation })
    for (const stopAt of [10, 200, 300]) {
      const directory = mkdtempSync(join(tmpdir(), 'marquee-ncf-'))
      const controller = new AbortController()
      let reports = 0
      const stopping = fitted('neumf', set, {
        validation,
        signal: controller.signal,
        checkpoint: { directory, resume: false },
        onProgress: () => {
          if (++reports === stopAt) controller.abort()
        },
      })
      await expect(stopping).rejects.toMatchObject({ code: 'interrupted' })
      const resumed = await fitted('neumf', set, { validation, checkpoint: { directory, resume: true } })
      expect(weightsOf(resumed), `stopped after ${stopAt} reports`).toEqual(weightsOf(whole))
      expect(readdirSync(directory).filter((name) => /running|finished/.test(name))).toEqual([])
    }
    const directory = mkdtempSync(join(tmpdir(), 'marquee-ncf-'))
    const nothing = makers.neumf!(set).fit(train, { threads: 1, checkpoint: { directory, resume: true } })
    await expect(nothing).rejects.toMatchObject({
      code: 'no-checkpoint',
    })
  })

  test('NeuMF from fitted halves starts as alpha x GMF + (1 - alpha) x MLP', async () => {
    const [gmf, mlp] = [await fitted('gmf', { epochs: 6 }), await fitted('mlp', { epochs: 6 })]
    const neumf = makers.neumf!({ alpha: 0.3, optimiser: 'sgd', learningRate: 1e-12, epochs: 1 }) as Neumf
    await neumf.startFrom(gmf.save(), mlp.save()).fit(train, { threads: 1 })
    const [a, b, both] = [
      await gmf.scoreAll({ user: 2 }),
      await mlp.scoreAll({ user: 2 }),
      await neumf.scoreAll({ user: 2 }),
    ]
    expect([...both]).toEqual(Array.from(a, (x, i) => expect.closeTo(0.3 * x + 0.7 * b[i]!, 4)))
    const narrow = makers.neumf!({ factors: 5 }) as Neumf
    expect(() => narrow.startFrom(gmf.save(), mlp.save())).toThrow('gmf.items has the width 6, not 5')
  })
})

describe('answers', () => {
  test.each(Object.keys(makers))('%s: predict is the sigmoid of the score', async (name) => {
    const model = await fitted(name, { epochs: 10 })
    const item = Int32Array.from({ length: 40 }, (_, k) => k)
    const scores = await model.scoreAll({ user: 7 })
    const predicted = await model.predict({ user: item.map(() => 7), item })
    expect([...predicted]).toEqual(Array.from(scores, (z) => expect.closeTo(1 / (1 + Math.exp(-z)), 5)))
    expect((await model.recommend({ user: 7 })).every(({ rating }) => rating === null)).toBe(true)
  })

  test('the unlikeliest pairs keep their order: probabilities far below what a single-precision sigmoid tells apart', async () => {
    const model = await fitted('gmf')
    const { tensors, values } = model.save()
    const bias = tensors['output.bias']!
    const unlikely = makers.gmf!()
    unlikely.load(
      { tensors: { ...tensors, 'output.bias': { ...bias, data: Float32Array.of(-40) } }, values },
      { train },
    )
    const item = Int32Array.from({ length: 40 }, (_, k) => k)
    const scores = await unlikely.scoreAll({ user: 7 })
    const predicted = await unlikely.predict({ user: item.map(() => 7), item })
    for (const [k, z] of scores.entries()) {
      expect(z).toBeLessThan(-20)
      expect(predicted[k]! / Math.exp(z)).toBeCloseTo(1, 4)
    }
  })

  test('scores are those of the network in plain arithmetic', async () => {
    const model = await fitted('neumf', { epochs: 10 })
    const weights = numbers(model)
    const scores = await model.scoreAll({ user: 7 })
    const sizes = { factors: 6, layers: [8, 6, 4] }
    expect([...scores]).toEqual(Array.from(scores, (_, i) => expect.closeTo(logit(weights, sizes, 7, i), 4)))
  })

  test('a dislike is never a positive and never recommended, rated items asked for or not', async () => {
    const data: Interactions = train
    const model = await fitted('gmf', { threshold: 3 })
    const { offsets, indices, values } = data.byUser()
    const disliked = [...indices.subarray(offsets[4]!, offsets[5]!)].filter((_, n) => values[offsets[4]! + n]! < 3)
    expect(disliked.length).toBeGreaterThan(0)
    const all = (await model.recommend({ user: 4 }, { k: 100, includeSeen: true })).map(({ item }) => item)
    expect(all.length).toBe(40 - disliked.length)
    expect(all.filter((item) => disliked.includes(item))).toEqual([])
    const profile = [
      { item: 3, rating: 5 },
      { item: 9, rating: 2.5 },
    ]
    const given = (await model.recommend({ profile }, { k: 100, includeSeen: true })).map(({ item }) => item)
    expect(given).toContain(3)
    expect(given).not.toContain(9)
    const without = await model.scoreAll({ profile: profile.slice(0, 1) })
    expect(await model.scoreAll({ profile })).not.toEqual(without)
    await expect(makers.gmf!({ threshold: 6 }).fit(data)).rejects.toThrow('no rating reaches the threshold of 6')
  })

  test('disliked items score lower when dislikes are negatives', async () => {
    // Items 0 to 3 are liked by all; 4 is disliked by half of the users, and nobody has seen 5.
    const rows = Array.from({ length: 24 }, (_, u) => [
      ...[0, 1, 2, 3].map((i) => [u, i, 5] as [number, number, number]),
      ...(u % 2 === 0 ? [[u, 4, 1] as [number, number, number]] : []),
    ]).flat()
    rows.push([0, 5, 5])
    const data = table(rows, 24, 6)
    const set = { threshold: 3, epochs: 40, learningRate: 0.02, negatives: 1, batch: 32 }
    const mean = async (dislikes: string): Promise<number> => {
      const model = await fitted('gmf', { ...set, dislikes }, {}, data)
      const scores = await model.scoreUsers(Int32Array.from({ length: 12 }, (_, k) => 2 * k))
      return scores.reduce((sum, z, n) => sum + (n % 6 === 4 ? z : 0), 0) / 12
    }
    expect(await mean('negative')).toBeLessThan((await mean('exclude')) - 0.5)
  })
})

describe('fold-in', () => {
  test('comes close to what was trained for the same ratings', async () => {
    for (const name of Object.keys(makers)) {
      const model = await fitted(name, { epochs: 60, learningRate: 0.01, l2: 0.003, foldInSteps: 100, foldInPull: 0.1 })
      const { offsets, indices, values } = train.byUser()
      let closer = 0
      for (let user = 0; user < 20; user++) {
        const profile = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => ({
          item: indices[offsets[user]! + n]!,
          rating: values[offsets[user]! + n]!,
        }))
        const trained = await model.scoreAll({ user })
        const folded = await model.scoreAll({ profile })
        const nobody = await model.scoreAll({ profile: [] })
        const distance = (other: Float32Array): number => trained.reduce((sum, x, i) => sum + (x - other[i]!) ** 2, 0)
        if (distance(folded) < 0.5 * distance(nobody)) closer++
      }
      expect(closer, name).toBeGreaterThan(14)
    }
  })

  /** GMF's objective is convex in the user's embedding: at its minimum every slope, by plain arithmetic, is zero. */
  test('minimises the expected training loss of the profile', async () => {
    const set = { epochs: 40, learningRate: 0.02, foldInSteps: 400, foldInRate: 0.02, l2: 0.002, foldInPull: 0.5 }
    const model = await fitted('gmf', { ...set, threshold: 2, dislikes: 'negative', sampling: 'popularity' })
    const profile = [
      { item: 3, rating: 5 },
      { item: 9, rating: 2.5 },
      { item: 12, rating: 1.5 },
    ]
    const scores = await model.scoreAll({ profile })
    const w = numbers(model)
    const f = 6
    const users = train.users.size
    const bias = w['output.bias']![0]!
    const row = (i: number): number[] =>
      Array.from({ length: f }, (_, d) => w['gmf.items']![i * f + d]! * w['gmf.head']![d]!)
    // The embedding behind the scores: least squares over the items, by gradient descent in closed steps.
    const u = leastSquares(
      Array.from({ length: 40 }, (_, i) => row(i)),
      Array.from(scores, (z) => z - bias),
    )
    const start = w['gmf.users']!.subarray(users * f)
    const likes = new Float64Array(40)
    for (let n = 0; n < train.count; n++) if (train.rating[n]! >= 2) likes[train.item[n]!]! += 1
    const free = Array.from({ length: 40 }, (_, i) => (i === 3 || i === 9 ? 0 : likes[i]! ** 0.75))
    const total = free.reduce((a, b) => a + b)
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))
    const slope = new Float64Array(f)
    const add = (i: number, factor: number): void => {
      for (const [d, x] of row(i).entries()) slope[d]! += factor * x
    }
    for (let i = 0; i < 40; i++) {
      const z = scores[i]!
      if (i === 3 || i === 9) add(i, sigmoid(z) - 1)
      if (i === 12) add(i, sigmoid(z))
      add(i, ((2 * 4 * free[i]!) / total) * sigmoid(z))
    }
    let largest = 0
    for (let d = 0; d < f; d++) {
      const pull = 2 * 0.5 * (u[d]! - start[d]!) + 2 * 0.002 * 2 * 5 * u[d]!
      largest = Math.max(largest, Math.abs(slope[d]! + pull))
      expect(slope[d]! + pull).toBeCloseTo(0, 2)
    }
    expect(largest).toBeLessThan(0.005)
    expect(Math.max(...Array.from(u, (x, d) => Math.abs(x - start[d]!)))).toBeGreaterThan(0.05)
  })
})

/** x that minimises |A x - b|^2, by the normal equations and Gauss elimination. */
function leastSquares(a: number[][], b: number[]): number[] {
  const n = a[0]!.length
  const m = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => a.reduce((sum, r) => sum + r[i]! * r[j]!, 0)),
    a.reduce((sum, r, k) => sum + r[i]! * b[k]!, 0),
  ])
  for (let i = 0; i < n; i++) {
    for (let k = i + 1; k < n; k++) {
      const factor = m[k]![i]! / m[i]![i]!
      for (let j = i; j <= n; j++) m[k]![j]! -= factor * m[i]![j]!
    }
  }
  const x = new Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    x[i] = (m[i]![n]! - x.reduce((sum, value, j) => sum + (j > i ? value * m[i]![j]! : 0), 0)) / m[i]![i]!
  }
  return x
}

test.each(Object.keys(makers))(
  '%s: its ONNX files give what the model gives, unknown users and profiles included',
  async (name) => {
    const model = await fitted(name, { threshold: 3, epochs: 10 })
    const [pair, foldIn] = await model.onnx()
    const out = new Float32Array(3)
    const session = await Session.create(pair!.bytes)
    const ids = { user: Int32Array.of(3, 5, 80), item: Int32Array.of(1, 40, 2) }
    await session.bind(ids, { probability: out }, { B: 3 }).run()
    const expected = await model.predict({ user: Int32Array.of(3, 5, -1), item: Int32Array.of(1, -1, 2) })
    expect([...out]).toEqual([...expected].map((x) => expect.closeTo(x, 5)))
    await session.release()

    const profile = [
      { item: 3, rating: 4.5 },
      { item: 9, rating: 2 },
    ]
    const scores = new Float32Array(41)
    const folding = await Session.create(foldIn!.bytes)
    const feeds = { item: Int32Array.of(3, 9), rating: Float32Array.of(4.5, 2) }
    await folding.bind(feeds, { scores }, { B: 2 }).run()
    const answered = await model.scoreAll({ profile })
    expect([...scores.subarray(0, 40)]).toEqual([...answered].map((x) => expect.closeTo(x, 4)))
    await folding.release()
  },
)
