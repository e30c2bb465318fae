import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { split, synthesise } from '../../src/data/index.ts'
import { Session } from '../../src/engine/index.ts'
import { ExplainableDnn } from '../../src/models/explainable-dnn/explainable-dnn.ts'
import { explainableDnnHyperparameters } from '../../src/models/explainable-dnn/hyperparameters.ts'
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
const small = { factors: 6, layers: [8, 4], epochs: 3, batch: 50, foldInSteps: 20, initSd: 0.3 }
const create = (over: Record<string, unknown> = {}): ExplainableDnn =>
  new ExplainableDnn(explainableDnnHyperparameters.parse({ ...small, ...over }))
const weightsOf = (model: ExplainableDnn): number[] =>
  Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(over: Record<string, unknown> = {}, options: FitOptions = {}): Promise<ExplainableDnn> {
  const model = create(over)
  await model.fit(train, { seed: 1, threads: 1, ...options })
  return model
}

describe('explainable-dnn', () => {
  test('interrupted and resumed: weights and running statistics of an uninterrupted run, bit for bit', async () => {
    const over = { schedule: 'plateau', epochs: 4 }
    const whole = await fitted(over, { validation })
    const directory = mkdtempSync(join(tmpdir(), 'marquee-explainable-'))
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
    expect(Object.keys(whole.save().tensors)).toContain('layer1.variance')
  })

  test('averageFrom: the mean of the weights after those epochs, and statistics measured over the training ratings', async () => {
    const tensorsOf = (model: ExplainableDnn) => model.save().tensors as Record<string, { data: Float32Array }>
    const constant = { schedule: 'constant' }
    const [two, three, both] = [
      tensorsOf(await fitted({ ...constant, epochs: 2, averageFrom: null })),
      tensorsOf(await fitted({ ...constant, epochs: 3, averageFrom: null })),
      tensorsOf(await fitted({ ...constant, epochs: 3, averageFrom: 2 })),
    ]
    const measured = (name: string): boolean => /mean$|variance$/.test(name)
    for (const [name, { data }] of Object.entries(both!)) {
      if (measured(name)) continue
      const expected = data.map((_, i) => (two![name]!.data[i]! + three![name]!.data[i]!) / 2)
      expect([...data], name).toEqual(Array.from(expected, (x) => expect.closeTo(x, 5)))
    }
    const w = (name: string): Float32Array => both![name]!.data
    const sums = Array.from({ length: 8 }, () => [] as number[])
    for (let n = 0; n < train.count; n++) {
      const [u, v] = [w('users'), w('items')].map((table, side) => {
        const at = 6 * (side === 0 ? train.user[n]! : train.item[n]!)
        return [...table.subarray(at, at + 6)]
      }) as [number[], number[]]
      const score = (e: number[], name: string, bias: number): number =>
        Math.exp(e.reduce((sum, x, d) => sum + x * w(name)[d]!, w('attention.bias')[bias]!))
      const [a, b] = [score(u, 'attention.user', 0), score(v, 'attention.item', 1)]
      const x = [...u.map((e) => (e * a) / (a + b)), ...v.map((e) => (e * b) / (a + b))]
      for (const [j, list] of sums.entries())
        list.push(x.reduce((sum, e, d) => sum + e * w('layer0.weight')[d * 8 + j]!, 0))
    }
    for (const [j, list] of sums.entries()) {
      const mean = list.reduce((a, b) => a + b) / list.length
      expect(w('layer0.mean')[j]).toBeCloseTo(mean, 5)
      expect(w('layer0.variance')[j]).toBeCloseTo(list.reduce((sum, z) => sum + (z - mean) ** 2, 0) / list.length, 4)
    }
  })

  test('attention weights sum to 1, the strength is the rating before scaling, and profiles have them too', async () => {
    const model = await fitted({ epochs: 10, learningRate: 0.01 })
    const items = Int32Array.of(0, 5, 39, -1)
    const profile = [{ item: 2, rating: 4 }]
    const all = await Promise.all([{ user: 3 }, { user: -1 }, { profile }].map((who) => model.explain(who, items)))
    for (const { rating, strength, attention } of all) {
      for (let n = 0; n < items.length; n++) {
        expect(attention!.user[n]! + attention!.item[n]!).toBeCloseTo(1, 6)
        expect(attention!.user[n]).toBeGreaterThan(0)
        expect(1 + 4 * strength![n]!).toBeCloseTo(rating[n]!, 5)
      }
    }
    const scores = await model.scoreAll({ user: 3 })
    const folded = await model.scoreAll({ profile })
    for (let n = 0; n < 3; n++) {
      expect(all[0]!.rating[n]).toBeCloseTo(scores[items[n]!]!, 4)
      expect(all[2]!.rating[n]).toBeCloseTo(folded[items[n]!]!, 4)
    }
    expect(all[0]!.attention!.user[0]).not.toBe(all[0]!.attention!.user[1])
    expect(all[0]!.attention!.user[0]).not.toBe(all[1]!.attention!.user[0])
    const without = await fitted({ attention: false })
    expect((await without.explain({ user: 3 }, items)).attention).toBeNull()
    await expect(model.explain({ user: 3 }, Int32Array.of(40))).rejects.toThrow(RangeError)
  })

  test('a last batch of one rating is left out, another rating each epoch', async () => {
    const data = train.select(Int32Array.from({ length: 101 }, (_, n) => n))
    const seen: number[] = []
    const model = create({ epochs: 2, batch: 50 })
    await model.fit(data, { threads: 1, onProgress: ({ total }) => seen.push(total!) })
    expect(new Set(seen)).toEqual(new Set([100]))
    expect(weightsOf(model).every(Number.isFinite)).toBe(true)
    const whole = create({ epochs: 2, batch: 51 })
    await whole.fit(data, { threads: 1, onProgress: ({ total }) => seen.push(total!) })
    expect(seen.at(-1)).toBe(101)
  })

  test('folding in the ratings of a training user comes close to what was trained for them', async () => {
    const over = {
      epochs: 60,
      embeddingDropout: 0,
      dropout: [0],
      l2: 0.005,
      learningRate: 0.01,
      foldInSteps: 100,
      foldInRate: 0.05,
    }
    const model = await fitted(over)
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
    const out = { rating: new Float32Array(3), strength: new Float32Array(3), attention: new Float32Array(6) }
    const session = await Session.create(rating!.bytes)
    await session.bind({ user, item }, out, { B: 3 }).run()
    const expected = await model.predict({ user: Int32Array.of(3, 5, -1), item: Int32Array.of(1, -1, 2) })
    expect([...out.rating]).toEqual([...expected].map((x) => expect.closeTo(x, 4)))
    const { attention, strength } = await model.explain({ user: 3 }, Int32Array.of(1))
    expect(out.attention[0]).toBeCloseTo(attention!.user[0]!, 5)
    expect(out.strength[0]).toBeCloseTo(strength![0]!, 5)
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
