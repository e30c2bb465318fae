import { beforeAll, describe, expect, test } from 'vitest'
import { principalAxes } from '../../src/baselines/bayesian/axes.ts'
import { addItemRating, addUserRating, beginRow } from '../../src/baselines/bayesian/posterior.ts'
import { drawGamma, drawNormalWishart, drawWishart } from '../../src/baselines/bayesian/wishart.ts'
import { NormalEquations } from '../../src/baselines/linear-algebra/normal-equations.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { Random } from '../../src/core/random.ts'
import { synthesise } from '../../src/data/index.ts'
import { split } from '../../src/data/splits/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import { createModel } from '../../src/models/registry.ts'
import { ordinary } from '../contracts/data.ts'
import golden from '../golden/factorisation.json' with { type: 'json' }

beforeAll(registerBuiltins)

describe('draws have the moments of their distribution', () => {
  test.each([
    [0.4, 2],
    [1, 0.5],
    [7, 3],
  ])('gamma of shape %d and rate %d', (shape, rate) => {
    const random = new Random(5)
    const draws = Array.from({ length: 60_000 }, () => drawGamma(shape, rate, random))
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    expect(mean / (shape / rate)).toBeCloseTo(1, 1)
    expect(Math.abs(variance / (shape / rate ** 2) - 1)).toBeLessThan(0.06)
  })

  test('Wishart: mean degrees times scale, variance of the diagonal 2 degrees scale^2', () => {
    const random = new Random(6)
    // Inverse scale [[2, 1], [1, 2]], so scale [[2, -1], [-1, 2]] / 3.
    const inverse = Float64Array.of(2, 1, 1, 2)
    const sums = new Float64Array(4)
    let squares = 0
    const draws = 30_000
    for (let d = 0; d < draws; d++) {
      const draw = drawWishart(inverse, 2, 5, random)
      for (let k = 0; k < 4; k++) sums[k]! += draw[k]! / draws
      squares += draw[3]! ** 2 / draws
    }
    for (const [k, expected] of [10 / 3, -5 / 3, -5 / 3, 10 / 3].entries()) expect(sums[k]).toBeCloseTo(expected, 1)
    expect(Math.abs((squares - sums[3]! ** 2) / (2 * 5 * (4 / 9)) - 1)).toBeLessThan(0.06)
  })

  test('normal-Wishart given rows: the posterior expectations of numpy', () => {
    const { rows, beta, mean, precision } = golden.normalWishart
    const random = new Random(8)
    // Rows of four with the two numbers in the middle, and a row that does not count.
    const data = Float64Array.from([...rows, [50, 50]].flatMap((row) => [7, ...row, 7]))
    const means = new Float64Array(2)
    const precisions = new Float64Array(4)
    const draws = 30_000
    for (let d = 0; d < draws; d++) {
      const draw = drawNormalWishart(data, { start: 1, stride: 4, n: 2 }, (row) => row < 12, random, beta)
      for (let k = 0; k < 2; k++) means[k]! += draw.mean[k]! / draws
      for (let k = 0; k < 4; k++) precisions[k]! += draw.precision[k]! / draws
    }
    for (const [k, expected] of mean.entries()) expect(means[k]).toBeCloseTo(expected, 2)
    for (const [k, expected] of precision.flat().entries()) {
      expect(Math.abs(precisions[k]! - expected) / precision[1]![1]!).toBeLessThan(0.02)
    }
  })
})

describe('a conjugate step', () => {
  const { priorMean, priorPrecision, noise, mean } = golden.gibbsUser
  const { q, bias, rated, ratings } = golden.alsUser
  const prior = { mean: Float64Array.from(priorMean), precision: Float64Array.from(priorPrecision.flat()) }

  test("a user's posterior mean is numpy's", () => {
    const items = Float64Array.from(q.flatMap((row, item) => [bias[item]!, ...row]))
    const equations = new NormalEquations(4)
    beginRow(equations, prior)
    for (const [n, item] of rated.entries()) {
      addUserRating(equations, items, item * 4, noise, ratings[n]! - golden.alsUser.mean)
    }
    const solution = new Float64Array(4)
    equations.solve(solution, 0)
    expect([...solution]).toEqual(mean.map((value) => expect.closeTo(value, 9)))
  })

  test('items are users seen from the other side', () => {
    // The same problem with the bias first: permuted prior, features (1, q).
    const order = [3, 0, 1, 2]
    const permuted = {
      mean: Float64Array.from(order, (k) => priorMean[k]!),
      precision: Float64Array.from(order.flatMap((i) => order.map((j) => priorPrecision[i]![j]!))),
    }
    const users = Float64Array.from(q.flatMap((row, item) => [...row, bias[item]!]))
    const equations = new NormalEquations(4)
    beginRow(equations, permuted)
    for (const [n, item] of rated.entries()) {
      addItemRating(equations, users, item * 4, noise, ratings[n]! - golden.alsUser.mean)
    }
    const solution = new Float64Array(4)
    equations.solve(solution, 0)
    expect([...solution]).toEqual(order.map((k) => expect.closeTo(mean[k]!, 9)))
  })
})

test('principal axes keep every product, and sort by contribution', () => {
  const random = new Random(4)
  const rows = (count: number) => Float64Array.from({ length: count * 4 }, () => random.normal())
  const [users, items] = [rows(20), rows(15)]
  const user = Int32Array.from({ length: 90 }, () => random.int(20))
  const item = Int32Array.from({ length: 90 }, () => random.int(15))
  const products = (): number[] =>
    Array.from(user, (u, n) => [0, 1, 2].reduce((sum, k) => sum + users[u * 4 + k]! * items[item[n]! * 4 + 1 + k]!, 0))
  const before = products()
  const biases = [users[3], items[0]]
  const side = { stride: 4 }
  const values = principalAxes({ rows: users, first: 0, ...side }, { rows: items, first: 1, ...side }, 3, {
    user,
    item,
  })
  expect(products()).toEqual(before.map((value) => expect.closeTo(value, 9)))
  expect([users[3], items[0]]).toEqual(biases)
  expect([...values]).toEqual([...values].sort((a, b) => b - a))
  const moment = (data: Float64Array, index: Int32Array, at: number): number =>
    index.reduce((sum, row) => sum + data[row * 4 + at]! ** 2, 0) / index.length
  for (const k of [0, 1, 2]) {
    expect(moment(users, user, k)).toBeCloseTo(Math.sqrt(values[k]!), 9)
    expect(moment(items, item, k + 1)).toBeCloseTo(Math.sqrt(values[k]!), 9)
  }
})

test("a training user's own ratings as a profile give the same scores", async () => {
  const train = ordinary()
  const model = await createModel('bayesian-mf', { rank: 3, epochs: 10, burnIn: 3, samples: 4 })
  await model.fit(train)
  const { offsets, indices, values } = train.byUser()
  const profile = []
  for (let at = offsets[9]!; at < offsets[10]!; at++) profile.push({ item: indices[at]!, rating: values[at]! })
  expect(await model.scoreAll({ profile })).toEqual(await model.scoreAll({ user: 9 }))
})

test('comes within 4% of the noise floor, and finds the two factors that there are', async () => {
  const { interactions, manifest } = synthesise({ users: 400, items: 200, ratings: 40_000, factors: 2, seed: 5 })
  const parts = split(interactions, { kind: 'random', seed: 1 })
  const rmse: number[] = []
  let rank = 0
  for (const setting of [2, 'auto'] as const) {
    const model = await createModel('bayesian-mf', {
      rank: setting,
      maximumRank: 8,
      pruneBelow: 0.05,
      epochs: 60,
      burnIn: 25,
    })
    await model.fit(parts.train, { seed: 2 })
    rank = model.save().values.rank as number
    rmse.push((await evaluate(model, parts, { metrics: 'rmse' })).metrics.rmse!)
  }
  console.log(
    rmse.map((value) => value / manifest.floor.rmse),
    rank,
  )
  for (const value of rmse) expect(value / manifest.floor.rmse).toBeLessThan(1.04)
  expect(rank).toBe(2)
})

test('every hyper-parameter changes the model', async () => {
  const scores = async (set: Record<string, unknown>, seed = 1): Promise<Float32Array> => {
    const model = await createModel('bayesian-mf', { rank: 3, epochs: 8, burnIn: 3, samples: 3, ...set })
    await model.fit(ordinary(), { seed })
    return model.scoreAll({ user: 4 })
  }
  const base = await scores({})
  for (const set of [
    { rank: 2 },
    { epochs: 9 },
    { burnIn: 2 },
    { samples: 2 },
    { priorStrength: 9 },
    { initSd: 0.3 },
  ]) {
    expect(await scores(set), JSON.stringify(set)).not.toEqual(base)
  }
  expect(await scores({}, 2)).not.toEqual(base)
  const auto = await scores({ rank: 'auto', maximumRank: 6 })
  for (const set of [{ maximumRank: 4 }, { maximumRank: 6, pruneBelow: 0.5 }]) {
    expect(await scores({ rank: 'auto', ...set }), JSON.stringify(set)).not.toEqual(auto)
  }
})
