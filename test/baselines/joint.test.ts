import { beforeAll, describe, expect, test } from 'vitest'
import { genresOf } from '../../src/baselines/content/features.ts'
import { genreGraph } from '../../src/baselines/joint/neighbours.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { createModel } from '../../src/models/registry.ts'
import { featuresOf, ordinary } from '../contracts/data.ts'
import { dense, itemTable } from './data.ts'

beforeAll(registerBuiltins)

describe('ties of items', () => {
  test('by hand: the same genres first, more ratings first, both directions', () => {
    const genres = genresOf(itemTable([['War'], ['War'], ['War', 'Love'], ['Love'], []]))
    const ratings = [1, 5, 2, 3, 9]
    const { offsets, neighbours, weights } = genreGraph(genres, (item) => ratings[item]!, 1)
    const of = (item: number): number[] => [...neighbours.subarray(offsets[item]!, offsets[item + 1]!)]
    // 0 and 1 choose each other. 3 chooses 2; 2 shares as much with War (5 items, 3 of them) as its weight says.
    expect(of(0)).toContain(1)
    expect(of(1)).toContain(0)
    expect(of(3)).toEqual([2])
    expect(of(4)).toEqual([])
    const war = Math.log(1 + 5 / 3) ** 2
    const love = Math.log(1 + 5 / 2) ** 2
    const place = offsets[3]!
    expect(weights[place]).toBeCloseTo(love / Math.sqrt(love * (war + love)), 12)
    expect(weights[offsets[0]! + of(0).indexOf(1)]).toBeCloseTo(1, 12)
  })
})

test('an item without ratings stands where its ties are', async () => {
  // Item 2 is tied to item 0 alone with weight 1: its unknowns are 0's, shrunk by weight / (weight + ridge).
  const set = { factors: 1, neighbours: 1, contextWeight: 3, regularisation: 1, biasRegularisation: 1, epochs: 60 }
  const model = await createModel('joint-mf', set)
  const train = dense([
    [5, 1, 0],
    [4, 2, 0],
    [5, 2, 0],
  ])
  await model.fit(train, { items: itemTable([['War'], ['Love'], ['War']]) })
  const rows = model.save().tensors.items!.data
  for (const k of [0, 1]) expect(rows[2 * 3 + k]! / rows[k]!).toBeCloseTo(3 / 4, 3)
})

test('stronger context draws tied items together', async () => {
  const data = ordinary()
  const distance = async (contextWeight: number): Promise<number> => {
    const model = await createModel('joint-mf', { factors: 3, epochs: 20, regularisation: 0.1, contextWeight })
    await model.fit(data, { items: featuresOf(data) })
    const rows = model.save().tensors.items!.data
    const { offsets, neighbours } = genreGraph(genresOf(featuresOf(data)), () => 1, 10)
    let sum = 0
    for (let i = 0; i + 1 < offsets.length; i++) {
      for (let at = offsets[i]!; at < offsets[i + 1]!; at++) {
        for (let k = 0; k < 4; k++) sum += (rows[i * 5 + k]! - rows[neighbours[at]! * 5 + k]!) ** 2
      }
    }
    return sum
  }
  expect(await distance(5)).toBeLessThan(0.5 * (await distance(0)))
})

test('every hyper-parameter changes the model', async () => {
  const data = ordinary()
  const scores = async (set: Record<string, unknown>, seed = 1): Promise<Float32Array> => {
    const model = await createModel('joint-mf', { factors: 2, epochs: 3, ...set })
    await model.fit(data, { items: featuresOf(data), seed })
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
    { neighbours: 3 },
    { contextWeight: 2 },
  ]) {
    expect(await scores(set), JSON.stringify(set)).not.toEqual(base)
  }
  expect(await scores({}, 2)).not.toEqual(base)
})
