import { expect, test } from 'vitest'
import { biasedSvdDefinition, svdDefinition, svdppDefinition } from '../../src/baselines/svd/index.ts'
import { Interactions, synthesise } from '../../src/data/index.ts'
import { split } from '../../src/data/splits/index.ts'
import type { FitOptions, Recommender } from '../../src/models/recommender.ts'
import { createModel, registerModel } from '../../src/models/registry.ts'

registerModel(svdDefinition)
registerModel(biasedSvdDefinition)
registerModel(svdppDefinition)

const names = ['svd', 'biased-svd', 'svdpp']
const { interactions: data, manifest } = synthesise({ users: 300, items: 120, ratings: 15_000, factors: 3, seed: 4 })
const parts = split(data, { kind: 'random', seed: 2, validation: 0.15 })

async function fitted(name: string, settings: Record<string, unknown> = {}, options: FitOptions = {}) {
  const model = await createModel(name, { initialSd: 0.1, regularisation: 0.1, ...settings })
  const report = await model.fit(parts.train, options)
  return { model, report }
}

async function rmse(model: Recommender, part: Interactions): Promise<number> {
  const predicted = await model.predict(part)
  return Math.sqrt(predicted.reduce((sum, p, n) => sum + (p - part.rating[n]!) ** 2, 0) / part.count)
}

test.each(names)(
  '%s comes near the noise of ratings made by its own model, and stops early with the best epoch',
  async (name) => {
    const { model, report } = await fitted(
      name,
      { factors: 6, regularisation: 0.05, epochs: 400 },
      { validation: parts.validation! },
    )
    expect(report.epochs[report.bestEpoch! - 1]!.validation).toBe(Math.min(...report.epochs.map((e) => e.validation!)))
    expect(report.stopped).toBe('early')
    const error = await rmse(model, parts.test)
    expect(error).toBeGreaterThan(manifest.floor.rmse * 0.97)
    expect(error).toBeLessThan(manifest.floor.rmse * 1.25)
  },
)

test('ratings without biases need none, and ratings with them are better with', async () => {
  const errors = await Promise.all(
    names.map(async (name) => rmse((await fitted(name, {}, { validation: parts.validation! })).model, parts.test)),
  )
  expect(errors[1]!).toBeLessThan(errors[0]!)
})

test.each(names)('%s: the fold-in solves the ridge problem of the profile exactly', async (name) => {
  const settings = {
    factors: 5,
    regularisation: 0.07,
    epochs: 8,
    ...(name === 'svd' ? {} : { biasRegularisation: 0.03 }),
  }
  const { model } = await fitted(name, settings)
  const profile = [3, 50, 8, 77, 20].map((item, n) => ({ item, rating: 2 + 0.7 * n }))
  const scores = await model.scoreAll({ profile })
  const { tensors, values } = model.save()
  const biases = name !== 'svd'
  const width = tensors.items!.shape[1]!
  const items = tensors.items!.data
  const factorsOf = (item: number): number[] =>
    Array.from({ length: 5 }, (_, f) => items[item * width + f + (biases ? 1 : 0)]!)
  const known = (item: number): number => (values.mean as number) + (biases ? items[item * width]! : 0)
  const z = new Array(5).fill(0) as number[]
  if (name === 'svdpp') {
    for (const { item } of profile) {
      for (let f = 0; f < 5; f++) z[f]! += (tensors.implicit!.data[item * 5 + f]! as number) / Math.sqrt(5)
    }
  }
  // Six scores give the six unknowns back (five factors and a bias); the gradient of the objective must vanish there.
  const unknowns = biases ? 6 : 5
  const rows = Array.from({ length: unknowns }, (_, n) => {
    const item = 10 + 3 * n
    return [...factorsOf(item), ...(biases ? [1] : []), scores[item]! - known(item)]
  })
  const solution = eliminate(rows)
  const gradient = new Array(unknowns).fill(0) as number[]
  for (const { item, rating } of profile) {
    const features = [...factorsOf(item), ...(biases ? [1] : [])]
    const e = rating - known(item) - features.reduce((sum, x, k) => sum + x * solution[k]!, 0)
    for (let k = 0; k < unknowns; k++) {
      const strength = k === 5 ? 0.03 : 0.07
      gradient[k]! += e * features[k]! - strength * (solution[k]! - (z[k] ?? 0))
    }
  }
  for (const g of gradient) expect(g).toBeCloseTo(0, 3)
})

test.each(names)("%s: a training user's own ratings fold in to nearly the trained predictions", async (name) => {
  const { model } = await fitted(name, { factors: 6 })
  const { offsets, indices, values } = parts.train.byUser()
  let difference = 0
  let spread = 0
  for (let user = 0; user < 40; user++) {
    const profile = []
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++)
      profile.push({ item: indices[at]!, rating: values[at]! })
    const own = await model.scoreAll({ user })
    const folded = await model.scoreAll({ profile })
    const mean = own.reduce((sum, x) => sum + x, 0) / own.length
    for (const [item, score] of own.entries()) {
      difference += (score - folded[item]!) ** 2
      spread += (score - mean) ** 2
    }
  }
  expect(difference / spread).toBeLessThan(0.1)
})

test.each([
  ...names.flatMap((name) => [
    [name, 'factors', 7],
    [name, 'epochs', 4],
    [name, 'learningRate', 0.004],
    [name, 'decay', 0.9],
    [name, 'regularisation', 0.2],
    [name, 'initialSd', 0.3],
  ]),
  ['svd', 'centre', 'mean'],
  ['biased-svd', 'biasLearningRate', 0.001],
  ['biased-svd', 'biasRegularisation', 0.5],
  ['svdpp', 'biasLearningRate', 0.001],
  ['svdpp', 'biasRegularisation', 0.5],
] as [string, string, unknown][])('%s: %s changes the result', async (name, key, value) => {
  const base = { epochs: 3, factors: 8 }
  const before = await (await fitted(name, base)).model.scoreAll({ user: 5 })
  const after = await (await fitted(name, { ...base, [key]: value })).model.scoreAll({ user: 5 })
  expect(after).not.toEqual(before)
})

test.each(names)('%s: patience changes when it stops; seeds change weights, the same seed does not', async (name) => {
  const short = await fitted(name, { patience: 1, learningRate: 0.03 }, { validation: parts.validation! })
  const long = await fitted(name, { patience: 9, learningRate: 0.03 }, { validation: parts.validation! })
  expect(long.report.epochs.length).toBeGreaterThan(short.report.epochs.length)
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => fitted(name, { epochs: 2 }, { seed })))
  expect(b!.model.save()).toEqual(a!.model.save())
  expect(c!.model.save()).not.toEqual(a!.model.save())
})

test('svd answers for the unknown by the baseline estimate', async () => {
  const model = await createModel('svd', { epochs: 2 })
  const rows = [
    [0, 0, 5],
    [0, 1, 3],
    [1, 0, 4],
  ] as const
  const { users, items } = data
  await model.fit(
    new Interactions({
      ...{ users, items, timestamp: null, scale: { min: 1, max: 5, step: null } },
      user: Int32Array.from(rows, ([u]) => u),
      item: Int32Array.from(rows, ([, i]) => i),
      rating: Float32Array.from(rows, ([, , r]) => r),
    }),
  )
  // Mean 4; damped by 5: b_0 = (1 + 0) / 7, b_1 = -1 / 6; user 0: (1 - 1/7 - 1 + 1/6) / 7.
  const scores = await model.scoreAll({ user: -1 })
  expect(scores[0]).toBeCloseTo(4 + 1 / 7, 5)
  expect(scores[1]).toBeCloseTo(4 - 1 / 6, 5)
  expect(scores[9]).toBeCloseTo(4, 5)
  expect((await model.scoreAll({ user: 0 }))[9]).toBeCloseTo(4 + (1 / 6 - 1 / 7) / 7, 5)
  const predicted = await model.predict({ user: Int32Array.of(-1, 0), item: Int32Array.of(0, 9) })
  expect(predicted[0]).toBeCloseTo(4 + 1 / 7, 5)
  expect(predicted[1]).toBeCloseTo(4 + (1 / 6 - 1 / 7) / 7, 5)
})

/** Gauss-Jordan elimination with pivoting of rows [a..., b]. */
function eliminate(rows: number[][]): number[] {
  const n = rows.length
  for (let c = 0; c < n; c++) {
    let pivot = c
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r
    ;[rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!]
    for (let r = 0; r < n; r++) {
      if (r === c) continue
      const factor = rows[r]![c]! / rows[c]![c]!
      for (let k = c; k <= n; k++) rows[r]![k]! -= factor * rows[c]![k]!
    }
  }
  return rows.map((row, r) => row[n]! / row[r]!)
}
