import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { RowBaseline } from '../../src/models/autoencoder/baseline.ts'
import { queryHyperparameters } from '../../src/models/query-network/hyperparameters.ts'
import { QueryNetwork } from '../../src/models/query-network/network.ts'
import { QueryNetworkModel } from '../../src/models/query-network/query-network.ts'
import { createQueryStep } from '../../src/models/query-network/step.ts'
import { levelsOf } from '../../src/models/rbm/levels.ts'
import type { FitOptions } from '../../src/models/recommender.ts'

const { interactions } = synthesise({
  users: 40,
  items: 25,
  ratings: 500,
  scale: { min: 1, max: 5, step: 1 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const train = parts.train
const validation = parts.validation!
const small = { layers: [8, 4], epochs: 3, batch: 32, learningRate: 0.005 }
const create = (over: Record<string, unknown> = {}): QueryNetworkModel =>
  new QueryNetworkModel(queryHyperparameters.parse({ ...small, ...over }))
const weightsOf = (model: QueryNetworkModel): number[] =>
  Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(over: Record<string, unknown> = {}, options: FitOptions = {}): Promise<QueryNetworkModel> {
  const model = create(over)
  await model.fit(train, { seed: 1, threads: 1, ...options })
  return model
}

describe('query-network', () => {
  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences of the loss in float64. */
  test.each(['rating', 'classes'])(
    'the step follows the gradient of the loss in plain arithmetic: %s',
    async (output) => {
      const settings = queryHyperparameters.parse({
        ...{ layers: [4, 3], activation: 'tanh', output, encoding: 'raw', normalise: 'mean', optimiser: 'sgd' },
        ...{ dropout: 0, l1: 0, l2: 0, batch: 40 },
      })
      const outputs = output === 'rating' ? 1 : 5
      const network = new QueryNetwork({ items: 25, layers: [4, 3], activation: 'tanh', outputs })
      const csr = train.byUser()
      const baseline = RowBaseline.fit(train.byItem(), train.mean(), settings)
      const context = { random: new Random(1), seed: 1, threads: 1 }
      const { step } = await createQueryStep(network, csr, baseline, levelsOf(train.scale), settings, context)
      const random = new Random(6)
      for (const view of Object.values(step.weights))
        for (let i = 0; i < view.length; i++) view[i] = 0.4 * random.normal()
      const w = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, Float64Array.from(view)]))
      const chosen = Int32Array.from({ length: 40 }, (_, n) => n * 7)
      const rate = 2 ** -10
      step.prepare(0, chosen, 0)
      const reported = await step.run(0, rate)
      const dense = (x: number[], l: number): number[] =>
        Array.from(w[`layer${l}.bias`]!, (bias, j) => {
          const columns = w[`layer${l}.bias`]!.length
          return x.reduce((sum, xi, i) => sum + xi * w[`layer${l}.weight`]![i * columns + j]!, bias)
        })
      const loss = (): number => {
        let sum = 0
        for (const entry of chosen) {
          const user = csr.offsets.findIndex((_, u) => csr.offsets[u + 1]! > entry)
          const item = csr.indices[entry]!
          const first = Array.from(w['layer0.bias']!, (bias, d) => bias + w.query![item * 4 + d]!)
          const others = csr.offsets[user + 1]! - csr.offsets[user]! - 1
          for (let e = csr.offsets[user]!; e < csr.offsets[user + 1]!; e++) {
            if (e === entry) continue
            for (let d = 0; d < 4; d++) first[d]! += (csr.values[e]! / others) * w.input![csr.indices[e]! * 4 + d]!
          }
          const out = dense(dense(first.map(Math.tanh), 1).map(Math.tanh), 2)
          if (outputs === 1) sum += (out[0]! - csr.values[entry]!) ** 2
          else sum += Math.log(out.reduce((s, x) => s + Math.exp(x), 0)) - out[csr.values[entry]! - 1]!
        }
        return sum / chosen.length
      }
      expect(reported).toBeCloseTo(loss(), 4)
      let moved = 0
      for (const [name, after] of Object.entries(step.weights)) {
        const weights = w[name]!
        for (let i = 0; i < weights.length; i++) {
          const at = weights[i]!
          weights[i] = at + 1e-5
          const up = loss()
          weights[i] = at - 1e-5
          const slope = (up - loss()) / 2e-5
          weights[i] = at
          expect((at - after[i]!) / rate, `${name}[${i}]`).toBeCloseTo(slope, 3)
          if (Math.abs(slope) > 0.001) moved++
        }
      }
      expect(moved).toBeGreaterThan(100)
      await step.release()
    },
  )

  test('interrupted and resumed: the weights of an uninterrupted run, bit for bit', async () => {
    const over = { optimiser: 'adam', dropout: 0.2, inputDropout: 0.2, schedule: 'plateau', epochs: 4 }
    const whole = await fitted(over, { validation })
    const directory = mkdtempSync(join(tmpdir(), 'marquee-query-'))
    const controller = new AbortController()
    let reports = 0
    const stopping = fitted(over, {
      validation,
      signal: controller.signal,
      checkpoint: { directory, resume: false },
      onProgress: () => {
        if (++reports === 17) controller.abort()
      },
    })
    await expect(stopping).rejects.toThrow(/interrupted in epoch 2 of 4/)
    const resumed = await fitted(over, { validation, checkpoint: { directory, resume: true } })
    expect(weightsOf(resumed)).toEqual(weightsOf(whole))
  })

  test("a training user's ratings as a profile give what the user gets; classes stay within the scale", async () => {
    for (const output of ['rating', 'classes']) {
      const model = await fitted({ output })
      const { offsets, indices, values } = train.byUser()
      const [from, to] = [offsets[4]!, offsets[5]!]
      const profile = Array.from({ length: to - from }, (_, n) => ({
        item: indices[from + n]!,
        rating: values[from + n]!,
      }))
      const scores = await model.scoreAll({ user: 4 })
      expect(await model.scoreAll({ profile })).toEqual(scores)
      if (output === 'classes') expect(scores.every((x) => x >= 1 && x <= 5)).toBe(true)
    }
  })

  test('single items are rated as all of them are, whatever the order of the pairs', async () => {
    for (const output of ['rating', 'classes']) {
      const model = await fitted({ output })
      const item = Int32Array.from({ length: 50 }, (_, n) => (n * 7) % 25)
      const user = Int32Array.from({ length: 50 }, (_, n) => [4, -1, 9][n % 3]!)
      const predicted = await model.predict({ user, item })
      const scores = await model.scoreUsers(Int32Array.of(4, 9))
      const nobody = await model.scoreAll({ user: -1 })
      for (let n = 0; n < 50; n++) {
        const all = user[n] === -1 ? nobody : scores.subarray(user[n] === 4 ? 0 : 25)
        expect(predicted[n]).toBeCloseTo(Math.min(5, Math.max(1, all[item[n]!]!)), 5)
      }
    }
  })
})
