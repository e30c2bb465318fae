import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { Session } from '../../src/engine/index.ts'
import { Dnn } from '../../src/models/dnn/dnn.ts'
import { dnnHyperparameters } from '../../src/models/dnn/hyperparameters.ts'
import { DnnNetwork } from '../../src/models/dnn/network.ts'
import { createStep } from '../../src/models/dnn/step.ts'
import type { FitOptions } from '../../src/models/recommender.ts'

const { interactions } = synthesise({
  users: 80,
  items: 40,
  ratings: 1600,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const train = parts.train
const validation = parts.validation!
const small = { factors: 6, layers: [8, 4], epochs: 3, batch: 50, foldInSteps: 20 }
const create = (over: Record<string, unknown> = {}): Dnn => new Dnn(dnnHyperparameters.parse({ ...small, ...over }))
const weightsOf = (model: Dnn): number[] => Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(over: Record<string, unknown> = {}, options: FitOptions = {}): Promise<Dnn> {
  const model = create(over)
  await model.fit(train, { seed: 1, threads: 1, ...options })
  return model
}

describe('dnn', () => {
  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences of the loss in float64. */
  test('the step follows the gradient of the loss as written out in plain arithmetic', async () => {
    const hyper = dnnHyperparameters.parse({
      factors: 3,
      layers: [4, 2],
      dropout: 0,
      l2: 0.2,
      embeddingL2: 0,
      weightDecay: 0,
      optimiser: 'sgd',
      batch: 12,
      initSd: 0.7,
    })
    const data = train.select(Int32Array.from({ length: 12 }, (_, n) => n))
    const network = new DnnNetwork({ users: 81, items: 41, factors: 3, layers: [4, 2] })
    const step = await createStep(network, data, hyper, { random: new Random(4), seed: 1, threads: 1 })
    // Zero biases put examples whose first layer is dead exactly on the kink of the second.
    for (const [name, w] of Object.entries(step.weights)) if (/^layer[01].bias/.test(name)) w.fill(0.5)
    const before = Object.fromEntries(Object.entries(step.weights).map(([name, w]) => [name, Float64Array.from(w)]))
    const rate = 2 ** -10
    step.prepare(0, Int32Array.from(data.user.keys()), 0)
    const reported = await step.run(0, rate)

    const dense = (x: number[], l: number): number[] => {
      const [w, b] = [before[`layer${l}.weight`]!, before[`layer${l}.bias`]!]
      return Array.from(b, (bias, j) => x.reduce((sum, xi, i) => sum + xi * w[i * b.length + j]!, bias))
    }
    const row = (name: string, index: number): number[] => [...before[name]!.subarray(3 * index, 3 * index + 3)]
    const loss = (penalty: boolean): number => {
      let sum = 0
      for (let n = 0; n < data.count; n++) {
        const [u, v] = [row('users', data.user[n]!), row('items', data.item[n]!)]
        const hidden = dense(
          dense([...u, ...v], 0).map((x) => Math.max(0, x)),
          1,
        ).map((x) => Math.max(0, x))
        sum += (dense(hidden, 2)[0]! - data.rating[n]!) ** 2
        if (penalty) sum += hyper.l2 * [...u, ...v].reduce((s, x) => s + x * x, 0)
      }
      return sum / data.count
    }
    expect(reported).toBeCloseTo(loss(false), 4)
    let moved = 0
    for (const [name, after] of Object.entries(step.weights)) {
      const weights = before[name]!
      for (let i = 0; i < weights.length; i++) {
        const at = weights[i]!
        if (name === 'users' && !data.user.includes(Math.floor(i / 3))) continue
        if (name === 'items' && !data.item.includes(Math.floor(i / 3))) continue
        weights[i] = at + 1e-5
        const up = loss(true)
        weights[i] = at - 1e-5
        const down = loss(true)
        weights[i] = at
        const slope = (up - down) / 2e-5
        expect((at - after[i]!) / rate, `${name}[${i}]`).toBeCloseTo(slope, 3)
        if (Math.abs(slope) > 0.005) moved++
      }
    }
    expect(moved).toBeGreaterThan(40)
    await step.release()
  })

  test('interrupted and resumed: the weights of an uninterrupted run, bit for bit', async () => {
    const over = { optimiser: 'adam', hiddenDropout: 0.2, schedule: 'plateau', epochs: 4 }
    const whole = await fitted(over, { validation })
    const directory = mkdtempSync(join(tmpdir(), 'marquee-dnn-'))
    const controller = new AbortController()
    let reports = 0
    const stopping = fitted(over, {
      validation,
      signal: controller.signal,
      checkpoint: { directory, resume: false },
      onProgress: () => {
        if (++reports === 33) controller.abort()
      },
    })
    await expect(stopping).rejects.toThrow(/interrupted in epoch 2 of 4/)
    const resumed = await fitted(over, { validation, checkpoint: { directory, resume: true } })
    expect(weightsOf(resumed)).toEqual(weightsOf(whole))
  })

  test('folding in the ratings of a training user comes close to what was trained for them', async () => {
    const model = await fitted({
      epochs: 60,
      dropout: 0,
      embeddingL2: 1e-4,
      learningRate: 0.01,
      foldInRate: 0.05,
      foldInSteps: 100,
    })
    const { offsets, indices, values } = train.byUser()
    let closer = 0
    let users = 0
    for (let user = 0; user < 20; user++) {
      const profile = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => ({
        item: indices[offsets[user]! + n]!,
        rating: values[offsets[user]! + n]!,
      }))
      if (profile.length < 5) continue
      const trained = await model.scoreAll({ user })
      const folded = await model.scoreAll({ profile })
      const nobody = await model.scoreAll({ profile: [] })
      const distance = (other: Float32Array): number => trained.reduce((sum, x, i) => sum + (x - other[i]!) ** 2, 0)
      users++
      if (distance(folded) < 0.5 * distance(nobody)) closer++
    }
    expect(users).toBeGreaterThan(10)
    expect(closer / users).toBeGreaterThan(0.7)
  })

  test('its ONNX files give what the model gives, unknown users and profiles included', async () => {
    const model = await fitted()
    const [rating, foldIn] = await model.onnx()
    const user = Int32Array.of(3, 5, 80)
    const item = Int32Array.of(1, 40, 2)
    const out = new Float32Array(3)
    const session = await Session.create(rating!.bytes)
    await session.bind({ user, item }, { rating: out }, { B: 3 }).run()
    const expected = await model.predict({ user: Int32Array.of(3, 5, -1), item: Int32Array.of(1, -1, 2) })
    expect([...out].map((x) => Math.min(5, Math.max(1, x)))).toEqual([...expected].map((x) => expect.closeTo(x, 4)))
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
  })
})
