import { expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { Interactions, Vocabulary } from '../../src/data/index.ts'
import { createModel } from '../../src/models/registry.ts'
import { ordinary } from '../contracts/data.ts'

/** The same ratings, then those of a new user and of a new item. */
function grown(): Interactions {
  const { users, items, user, item, rating, scale } = ordinary()
  return new Interactions({
    users: Vocabulary.of([...users.ids(), 'new']),
    items: Vocabulary.of([...items.ids(), '900']),
    user: Int32Array.from([...user, users.size, users.size, 0]),
    item: Int32Array.from([...item, 0, items.size, items.size]),
    rating: Float32Array.from([...rating, 5, 4, 4]),
    timestamp: null,
    scale,
  })
}

test('embedding-dot goes on from its weights; new rows begin fresh, rows without ratings stay zero', async () => {
  registerBuiltins()
  const old = await createModel('embedding-dot', { factors: 4, epochs: 30, learningRate: 0.01 })
  const first = await old.fit(ordinary(), { seed: 1, threads: 1 })
  const start = old.save()
  const set = { factors: 4, epochs: 1, learningRate: 1e-9 }
  const warm = await createModel('embedding-dot', set)
  const report = await warm.fit(grown(), { seed: 2, threads: 1, start })
  const cold = await (await createModel('embedding-dot', set)).fit(grown(), { seed: 2, threads: 1 })
  expect(report.epochs[0]!.loss).toBeLessThan(1.05 * first.epochs.at(-1)!.loss)
  expect(cold.epochs[0]!.loss).toBeGreaterThan(report.epochs[0]!.loss)
  const state = warm.save().tensors
  const [users, items] = [state['users.factors']!.data, state['items.factors']!.data]
  const before = start.tensors['users.factors']!.data
  // A learning rate of next to nothing: what was learned is still there, user 60 had no rating, 61 is new.
  for (let at = 0; at < 60 * 4; at++) expect(users[at]).toBeCloseTo(before[at]!, 5)
  expect([...users.subarray(60 * 4, 61 * 4)]).toEqual([0, 0, 0, 0])
  expect(users.subarray(61 * 4).some((value) => value !== 0)).toBe(true)
  expect([...items.subarray(30 * 4, 31 * 4)]).toEqual([0, 0, 0, 0])
  expect(items.subarray(31 * 4).some((value) => value !== 0)).toBe(true)
})

test('refuses weights of another shape, and a model that cannot', async () => {
  registerBuiltins()
  const old = await createModel('embedding-dot', { factors: 4, epochs: 1 })
  await old.fit(grown(), { seed: 1, threads: 1 })
  const other = await createModel('embedding-dot', { factors: 5, epochs: 1 })
  await expect(other.fit(grown(), { start: old.save() })).rejects.toMatchObject({ code: 'cannot-warm-start' })
  const fewer = await createModel('embedding-dot', { factors: 4, epochs: 1 })
  await expect(fewer.fit(ordinary(), { start: old.save() })).rejects.toMatchObject({ code: 'cannot-warm-start' })
  const bias = await createModel('bias')
  await expect(bias.fit(grown(), { start: old.save() })).rejects.toMatchObject({ code: 'cannot-warm-start' })
})
