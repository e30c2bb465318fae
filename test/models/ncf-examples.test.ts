import { expect, test } from 'vitest'
import { synthesise } from '../../src/data/index.ts'
import { createExamples, trainedItems } from '../../src/models/ncf/examples.ts'
import { epochOrder } from '../../src/models/ncf/order.ts'
import { table } from '../contracts/data.ts'

const { interactions } = synthesise({ users: 50, items: 60, ratings: 900, seed: 5 })
const settings = {
  threshold: null as number | null,
  dislikes: 'exclude' as 'exclude' | 'negative',
  negatives: 3,
  sampling: 'uniform' as 'uniform' | 'popularity',
  samplingAlpha: 0.75,
}

async function epochs(set: Partial<typeof settings>, numbers: number[], data = interactions) {
  const items = trainedItems(data)
  const examples = await createExamples(data, items, { ...settings, ...set }, 7)
  return numbers.map((epoch) => {
    examples.draw(epoch)
    const n = examples.count
    const users = new Int32Array(n)
    const rows = new Int32Array(n)
    const labels = new Float32Array(n)
    examples.fill(
      Int32Array.from({ length: n }, (_, e) => e),
      users,
      rows,
      labels,
    )
    return Array.from(users, (user, e) => ({ user, item: items.items[rows[e]!]!, label: labels[e]! }))
  })
}

const key = ({ user, item }: { user: number; item: number }): string => `${user} ${item}`

test('every rating is a positive once, with as many negatives of the same user that the user has not rated', async () => {
  const rated = new Set(Array.from(interactions.user, (user, n) => key({ user, item: interactions.item[n]! })))
  for (const sampling of ['uniform', 'popularity'] as const) {
    const [first, second, again] = await epochs({ sampling }, [1, 2, 1])
    for (const epoch of [first!, second!]) {
      const positives = epoch.filter(({ label }) => label === 1)
      expect(new Set(positives.map(key))).toEqual(rated)
      expect(positives.length).toBe(interactions.count)
      const negatives = epoch.filter(({ label }) => label === 0)
      expect(negatives.length).toBe(3 * interactions.count)
      expect(negatives.filter((example) => rated.has(key(example)))).toEqual([])
      const count = (of: { user: number }[], user: number): number =>
        of.filter((example) => example.user === user).length
      for (let user = 0; user < 50; user++) expect(count(negatives, user)).toBe(3 * count(positives, user))
    }
    expect(again).toEqual(first)
    const changed = first!.filter((example, e) => example.item !== second![e]!.item)
    expect(changed.length).toBeGreaterThan(2 * interactions.count)
  }
})

test('popularity draws popular items more often', async () => {
  const share = async (sampling: 'uniform' | 'popularity'): Promise<number> => {
    const [epoch] = await epochs({ sampling, samplingAlpha: 1 }, [1])
    const { offsets } = interactions.byItem()
    const negatives = epoch!.filter(({ label }) => label === 0)
    return negatives.reduce((sum, { item }) => sum + offsets[item + 1]! - offsets[item]!, 0) / negatives.length
  }
  expect(await share('popularity')).toBeGreaterThan(1.2 * (await share('uniform')))
})

test('dislikes are left out, or are negatives once and whenever drawn; items without a rating are never drawn', async () => {
  // Item 3 has no rating; user 0 dislikes item 2.
  const data = table(
    [
      [0, 0, 5],
      [0, 2, 1],
      [1, 0, 4],
      [1, 1, 3],
      [1, 2, 4],
    ],
    2,
    4,
  )
  const [without] = await epochs({ threshold: 3, negatives: 50 }, [1], data)
  const ofUser = (epoch: typeof without, user: number) => epoch!.filter((example) => example.user === user)
  expect(new Set(ofUser(without, 0).map(({ item, label }) => `${item} ${label}`))).toEqual(new Set(['0 1', '1 0']))
  // User 1 has rated all there is: the positives stand in for the negatives.
  expect(ofUser(without, 1).every(({ label }) => label === 1)).toBe(true)
  const [used] = await epochs({ threshold: 3, negatives: 50, dislikes: 'negative' }, [1], data)
  expect(new Set(ofUser(used, 0).map(({ item, label }) => `${item} ${label}`))).toEqual(new Set(['0 1', '1 0', '2 0']))
  expect(used!.at(-1)).toEqual({ user: 0, item: 2, label: 0 })
  expect(used!.length).toBe(without!.length + 1)
})

test('the order of an epoch has every example once, and another epoch or seed another order', () => {
  for (const count of [1, 2, 3, 100, 5000]) {
    const order = epochOrder(1)(1, count)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
  }
  const [a, b, c] = [epochOrder(1)(1, 5000), epochOrder(1)(2, 5000), epochOrder(2)(1, 5000)]
  const same = (x: Int32Array, y: Int32Array): number => x.filter((e, n) => e === y[n]).length
  expect(same(a, b)).toBeLessThan(20)
  expect(same(a, c)).toBeLessThan(20)
  // No trace of the order of the examples: neighbours in the new order are no neighbours in the old.
  expect(a.filter((e, n) => n > 0 && Math.abs(e - a[n - 1]!) < 50).length).toBeLessThan(5000 * 0.04)
  const correlation = a.reduce((sum, e, n) => sum + (e - 2499.5) * (n - 2499.5), 0) / (5000 * (5000 ** 2 / 12))
  expect(Math.abs(correlation)).toBeLessThan(0.05)
})
