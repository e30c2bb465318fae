import { beforeAll, describe, expect, test } from 'vitest'
import { Relation } from '../../src/baselines/collective/relation.ts'
import { addRatings, addRidge, ridgeOf } from '../../src/baselines/factors/explicit.ts'
import { layoutOf } from '../../src/baselines/factors/factors.ts'
import { NormalEquations } from '../../src/baselines/linear-algebra/normal-equations.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { createModel } from '../../src/models/registry.ts'
import { featuresOf, ordinary } from '../contracts/data.ts'
import golden from '../golden/factorisation.json' with { type: 'json' }
import { dense, itemTable } from './data.ts'

beforeAll(registerBuiltins)
const layout = layoutOf(3, true)

describe('a relation', () => {
  const { has, items, entityRegularisation, weight, entities, p, userBias, ratings, itemTwo } = golden.relation
  const of = has.map((row) => Int32Array.from(row.flatMap((x, entity) => (x === 1 ? [entity] : []))))
  const itemRows = Float64Array.from(items.flatMap((q) => [0.3, ...q, 1]))
  const relation = new Relation({ names: ['a', 'b', 'c', 'd'], of }, layout, weight)
  relation.solveEntities(itemRows, entityRegularisation)

  test("has numpy's entity vectors, items without entities left out", () => {
    for (const [entity, vector] of entities.entries()) {
      expect(relation.rows[entity * 4]).toBe(0)
      for (const [k, value] of vector.entries()) expect(relation.rows[entity * 4 + 1 + k]).toBeCloseTo(value, 9)
    }
  })

  test("an item's solution from ratings and relation together is numpy's", () => {
    const equations = new NormalEquations(4)
    const users = Float64Array.from(p.flatMap((row, user) => [1, ...row, userBias[user]!]))
    const entries = { indices: Int32Array.of(0, 1, 2), values: Float32Array.from(ratings) }
    addRatings(equations, 'item', layout, users, entries, 0, 3, golden.alsUser.mean)
    addRidge(equations, 'item', layout, ridgeOf(golden.alsUser, 3))
    relation.addTo(equations, 2)
    const solution = new Float64Array(4)
    equations.solve(solution, 0)
    expect([...solution]).toEqual(itemTwo.map((value) => expect.closeTo(value, 9)))
  })

  test('says nothing of an item without entities', () => {
    const equations = new NormalEquations(4)
    relation.addTo(equations, 3)
    expect(equations.matrix.every((x) => x === 0)).toBe(true)
  })
})

test('an unseen item is rated like those of its genre', async () => {
  const model = await createModel('collective-mf', {
    factors: 2,
    regularisation: 0.05,
    biasRegularisation: 0.05,
    genreWeight: 2,
    epochs: 40,
  })
  const train = dense([
    [5, 5, 1, 1, 0, 0],
    [5, 4, 2, 1, 0, 0],
    [1, 1, 5, 5, 0, 0],
    [2, 1, 4, 5, 0, 0],
  ])
  await model.fit(train, { items: itemTable([['War'], ['War'], ['Love'], ['Love'], ['War'], ['Love']]) })
  const [war, love] = await model.predict({ user: Int32Array.of(0, 0), item: Int32Array.of(4, 5) })
  expect(war! - love!).toBeGreaterThan(1)
  expect((await model.similar([4], 2)).map(({ item }) => item).sort()).toEqual([0, 1])
})

test('every hyper-parameter changes the model', async () => {
  const data = ordinary()
  const scores = async (set: Record<string, unknown>, seed = 1): Promise<Float32Array> => {
    const model = await createModel('collective-mf', { factors: 2, epochs: 3, minimumTagItems: 1, ...set })
    const known = featuresOf(data)
    const tags = known.genres.map((_, k) => ['slow', ...(k % 4 === 0 ? ['classic'] : [])])
    await model.fit(data, { items: itemTable(known.genres, tags), seed })
    return model.scoreAll({ user: 4 })
  }
  const base = await scores({})
  for (const set of [
    { factors: 3 },
    { epochs: 4 },
    { regularisation: 5 },
    { biasRegularisation: 5 },
    { exponent: 1 },
    { initSd: 0.6 },
    { genreWeight: 3 },
    { tagWeight: 3 },
    { entityRegularisation: 1 },
    { minimumTagItems: 99 },
    { maximumTags: 0 },
  ]) {
    expect(await scores(set), JSON.stringify(set)).not.toEqual(base)
  }
  expect(await scores({}, 2)).not.toEqual(base)
})
