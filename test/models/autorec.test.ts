import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { ItemAutorec, UserAutorec } from '../../src/models/autoencoder/autorec.ts'
import { RowBaseline } from '../../src/models/autoencoder/baseline.ts'
import { autorecHyperparameters, stackedHyperparameters } from '../../src/models/autoencoder/hyperparameters.ts'
import { RowNetwork } from '../../src/models/autoencoder/network.ts'
import { ridge } from '../../src/models/autoencoder/ridge.ts'
import { RowBatches } from '../../src/models/autoencoder/rows.ts'
import { StackedAutoencoder } from '../../src/models/autoencoder/stacked.ts'
import { createRowStep } from '../../src/models/autoencoder/step.ts'
import type { FitOptions, Recommender } from '../../src/models/recommender.ts'

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
const kinds = {
  'autorec, items': {
    create: (over: object) =>
      new ItemAutorec(autorecHyperparameters.parse({ hidden: 8, epochs: 3, batch: 16, learningRate: 0.005, ...over })),
  },
  'autorec, users': {
    create: (over: object) =>
      new UserAutorec(
        autorecHyperparameters.parse({ side: 'user', hidden: 8, epochs: 3, batch: 16, learningRate: 0.005, ...over }),
      ),
  },
  'stacked-autoencoder': {
    create: (over: object) =>
      new StackedAutoencoder(
        stackedHyperparameters.parse({
          layers: [8, 4],
          epochs: 3,
          pretrainEpochs: 2,
          batch: 16,
          learningRate: 0.005,
          ...over,
        }),
      ),
  },
}
const profile = [
  { item: 3, rating: 5 },
  { item: 7, rating: 1 },
]

async function answer(model: Recommender): Promise<number[]> {
  const weights = Object.values(model.save().tensors).flatMap(({ data }) => [...data])
  return [...weights, ...(await model.scoreAll({ profile }))]
}

describe.each(Object.entries(kinds))('%s', (name, { create }) => {
  async function fitted(over: object = {}, options: FitOptions = {}): Promise<Recommender> {
    const model = create(over)
    await model.fit(train, { seed: 1, threads: 1, ...options })
    return model
  }

  test.each([4, 14])(
    'interrupted at report %i and resumed: the weights of an uninterrupted run, bit for bit',
    async (stop) => {
      const over = { epochs: 4, schedule: 'plateau', optimiser: 'adam', batch: name === 'autorec, items' ? 8 : 16 }
      const whole = await fitted(over, { validation })
      const directory = mkdtempSync(join(tmpdir(), 'marquee-autorec-'))
      const controller = new AbortController()
      let reports = 0
      const stopping = fitted(over, {
        validation,
        signal: controller.signal,
        checkpoint: { directory, resume: false },
        onProgress: () => {
          if (++reports === stop) controller.abort()
        },
      })
      await expect(stopping).rejects.toThrow(/interrupted/)
      const resumed = await fitted(over, { validation, checkpoint: { directory, resume: true } })
      expect(await answer(resumed)).toEqual(await answer(whole))
    },
  )

  test('without a checkpoint there is nothing to resume', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'marquee-autorec-'))
    await expect(fitted({}, { checkpoint: { directory, resume: true } })).rejects.toMatchObject({
      code: 'no-checkpoint',
    })
  })

  test('learns more than the means', async () => {
    const data = synthesise({ users: 200, items: 60, ratings: 5000, scale: { min: 1, max: 5, step: 0.5 }, seed: 5 })
    const cut = split(data.interactions, { kind: 'random', validation: 0.1, seed: 1 })
    const model = create({
      ...{ epochs: 80, learningRate: 0.003, activation: 'tanh', encoding: 'centred', inputDropout: 0.5 },
      ...(name === 'stacked-autoencoder' ? { layers: [32, 16] } : { hidden: 32 }),
    })
    const { epochs, bestEpoch } = await model.fit(cut.train, { validation: cut.validation!, threads: 1 })
    expect(epochs[bestEpoch! - 1]!.validation).toBeLessThan(0.97 * epochs[0]!.validation!)
  })
})

describe('autorec', () => {
  test('ridge() gives the minimum of its objective', () => {
    const random = new Random(3)
    const table = Float32Array.from({ length: 30 }, () => random.normal())
    const rows = [0, 3, 4, 9]
    const targets = [1, -0.5, 2, 0.25]
    const found = ridge(table, 3, rows, targets, 0.7)
    const objective = (w: Float64Array): number =>
      rows.reduce(
        (sum, row, n) =>
          sum + (targets[n]! - w[3]! - [0, 1, 2].reduce((s, d) => s + w[d]! * table[row * 3 + d]!, 0)) ** 2,
        0.7 * (w[0]! ** 2 + w[1]! ** 2 + w[2]! ** 2),
      )
    for (let d = 0; d < 4; d++) {
      const [up, down] = [found.slice(), found.slice()]
      up[d]! += 1e-4
      down[d]! -= 1e-4
      expect((objective(up) - objective(down)) / 2e-4).toBeCloseTo(0, 4)
    }
    expect([...ridge(table, 3, [], [], 1)]).toEqual([0, 0, 0, 0])
  })

  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences of the loss in float64. */
  test('the step follows the gradient of the observed error of Sedhain et al., items being the rows', async () => {
    const settings = {
      ...autorecHyperparameters.parse({
        hidden: 4,
        batch: 40,
        optimiser: 'sgd',
        encoding: 'raw',
        normalise: 'none',
        dropout: 0,
        l1: 0,
        l2: 0,
      }),
      sparsity: { kind: 'none', weight: 0, target: 0.5 } as const,
    }
    const csr = train.byItem()
    const baseline = RowBaseline.fit(train.byUser(), train.mean(), settings)
    const network = new RowNetwork({
      columns: 80,
      layers: [4],
      activation: 'sigmoid',
      residual: false,
      presence: false,
    })
    const batches = new RowBatches({
      ...{
        csr,
        baseline,
        withhold: 'none',
        inputDropout: 0,
        normalise: 'none',
        bags: ['input'],
        batch: 40,
        width: 4,
        seed: 1,
      },
    })
    const step = await createRowStep(network, batches, baseline, settings, {
      random: new Random(4),
      seed: 1,
      threads: 1,
    })
    const random = new Random(6)
    for (const w of Object.values(step.weights)) for (let i = 0; i < w.length; i++) w[i] = 0.1 * random.normal()
    const w = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, Float64Array.from(view)]))
    const rate = 2 ** -10
    step.prepare(
      0,
      Int32Array.from({ length: 40 }, (_, n) => n),
      0,
    )
    const reported = await step.run(0, rate)
    const loss = (): number => {
      let squares = 0
      for (let item = 0; item < 40; item++) {
        const [from, to] = [csr.offsets[item]!, csr.offsets[item + 1]!]
        const hidden = Array.from(w['layer0.bias']!, (bias, d) => {
          let x = bias
          for (let at = from; at < to; at++) x += csr.values[at]! * w.input![csr.indices[at]! * 4 + d]!
          return 1 / (1 + Math.exp(-x))
        })
        for (let at = from; at < to; at++) {
          const user = csr.indices[at]!
          const out = hidden.reduce((sum, h, d) => sum + h * w.output![user * 4 + d]!, w['output.bias']![user]!)
          squares += (out - csr.values[at]!) ** 2
        }
      }
      return squares / train.count
    }
    expect(reported).toBeCloseTo(loss(), 4)
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
      }
    }
    await step.release()
  })

  test('item side: the more ratings a profile shares with a training user, the nearer its answers', async () => {
    const model = kinds['autorec, items'].create({
      epochs: 60,
      encoding: 'centred',
      dropout: 0,
      foldInL2: 0.3,
      activation: 'tanh',
    })
    await model.fit(train, { seed: 1, threads: 1 })
    const { offsets, indices, values } = train.byUser()
    const nobody = await model.scoreAll({ profile: [] })
    let closer = 0
    let users = 0
    for (let user = 0; user < 80; user++) {
      const [from, to] = [offsets[user]!, offsets[user + 1]!]
      if (to - from < 8) continue
      const whole = Array.from({ length: to - from }, (_, n) => ({
        item: indices[from + n]!,
        rating: values[from + n]!,
      }))
      const trained = await model.scoreAll({ user })
      const folded = await model.scoreAll({ profile: whole })
      const distance = (other: Float32Array): number => trained.reduce((sum, x, i) => sum + (x - other[i]!) ** 2, 0)
      users++
      if (distance(folded) < 0.5 * distance(nobody)) closer++
    }
    expect(users).toBeGreaterThan(40)
    expect(closer / users).toBeGreaterThan(0.8)
  })
})
