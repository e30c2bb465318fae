import { beforeAll, describe, expect, test } from 'vitest'
import { alsHyperparameters } from '../../src/baselines/als/hyperparameters.ts'
import { explicitSolver, implicitSolver } from '../../src/baselines/als/sides.ts'
import { emptyRow, layoutOf } from '../../src/baselines/factors/factors.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { split } from '../../src/data/splits/index.ts'
import { createModel } from '../../src/models/registry.ts'
import { ordinary } from '../contracts/data.ts'
import golden from '../golden/factorisation.json' with { type: 'json' }

beforeAll(registerBuiltins)
const { alsUser, ialsUser } = golden
const indices = Int32Array.from(alsUser.rated)
const values = Float32Array.from(alsUser.ratings)

describe('one user, solved', () => {
  test('from ratings, is the least-squares solution of numpy', () => {
    const layout = layoutOf(3, true)
    // Item rows are (bias, q, 1).
    const items = Float64Array.from(alsUser.q.flatMap((q, item) => [alsUser.bias[item]!, ...q, 1]))
    const { mean, regularisation, biasRegularisation, exponent, solution } = alsUser
    const options = alsHyperparameters.parse({ regularisation, biasRegularisation, exponent })
    const row = emptyRow(layout, 'user')
    const solver = explicitSolver(layout, mean, options)
    solver.solve('user', items, { indices, values }, 0, 4, row, layout.userStart)
    expect([...row]).toEqual([1, ...solution].map((value) => expect.closeTo(value, 9)))
  })

  test('from implicit feedback, is the dense weighted solution of numpy', () => {
    const layout = layoutOf(3, false)
    const { unobservedWeight, regularisation, solution } = ialsUser
    const options = alsHyperparameters.parse({ feedback: 'implicit', unobservedWeight, regularisation })
    const items = Float64Array.from(alsUser.q.flat())
    const row = new Float64Array(3)
    const solver = implicitSolver(layout, () => 1, options)
    solver.begin(items)
    solver.solve('user', items, { indices, values }, 0, 4, row, 0)
    expect([...row]).toEqual(solution.map((value) => expect.closeTo(value, 9)))
  })
})

test.each(['explicit', 'implicit'])(
  "%s: a training user's own ratings give the same scores, as a profile in any order",
  async (feedback) => {
    const train = ordinary()
    const model = await createModel('als', { feedback, factors: 3, epochs: 4 })
    await model.fit(train)
    const { offsets, indices, values } = train.byUser()
    for (const user of [0, 7, 30]) {
      const profile = []
      for (let at = offsets[user]!; at < offsets[user + 1]!; at++)
        profile.unshift({ item: indices[at]!, rating: values[at]! })
      expect(await model.scoreAll({ profile })).toEqual(await model.scoreAll({ user }))
    }
  },
)

test('each sweep of explicit feedback lowers the training loss', async () => {
  const model = await createModel('als', { factors: 3, epochs: 6, regularisation: 0.01, biasRegularisation: 0.01 })
  const { epochs } = await model.fit(ordinary())
  for (const [n, { loss }] of epochs.entries()) if (n > 0) expect(loss).toBeLessThan(epochs[n - 1]!.loss)
})

test('implicit feedback stops early on ranking, and keeps the best sweep', async () => {
  const parts = split(ordinary(), { kind: 'random', validation: 0.3 })
  const model = await createModel('als', { feedback: 'implicit', factors: 4, epochs: 50, patience: 2 })
  const { epochs, bestEpoch, stopped } = await model.fit(parts.train, { validation: parts.validation! })
  expect(stopped).toBe('early')
  expect(epochs.length).toBe(bestEpoch! + 2)
  for (const { validation } of epochs) {
    expect(validation).toBeGreaterThan(0)
    expect(validation).toBeLessThanOrEqual(1)
  }
})

describe('every hyper-parameter changes the model', () => {
  const settings: Record<string, Record<string, unknown>[]> = {
    explicit: [
      { factors: 3 },
      { epochs: 3 },
      { regularisation: 3 },
      { exponent: 1 },
      { initSd: 0.5 },
      { biases: false },
      { biasRegularisation: 3 },
      { feedback: 'implicit' },
    ],
    implicit: [
      { factors: 3 },
      { epochs: 3 },
      { regularisation: 0.1 },
      { exponent: 0 },
      { initSd: 0.5 },
      { unobservedWeight: 0.1 },
      { minimumRating: 3.5 },
      { weights: 'rating' },
    ],
  }
  async function scores(set: Record<string, unknown>, seed = 1): Promise<Float32Array> {
    const model = await createModel('als', { factors: 2, epochs: 2, ...set })
    await model.fit(ordinary(), { seed })
    return model.scoreAll({ user: 4 })
  }
  for (const [feedback, sets] of Object.entries(settings)) {
    test(feedback, async () => {
      const base = await scores({ feedback })
      for (const set of sets) expect(await scores({ feedback, ...set }), JSON.stringify(set)).not.toEqual(base)
      expect(await scores({ feedback }, 2)).not.toEqual(base)
    })
  }
})

test('for implicit feedback who has no positive gets the most popular, and predictions are probabilities', async () => {
  const train = ordinary()
  const model = await createModel('als', { feedback: 'implicit', factors: 2, epochs: 2, minimumRating: 4 })
  await model.fit(train)
  const popular = await model.scoreAll({ user: -1 })
  expect(await model.scoreAll({ profile: [{ item: 3, rating: 2 }] })).toEqual(popular)
  const counts = new Float32Array(train.items.size)
  for (let n = 0; n < train.count; n++) if (train.rating[n]! >= 4) counts[train.item[n]!]!++
  expect([...popular]).toEqual([...counts].map((count) => expect.closeTo(count / 60, 6)))
})
