import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, type Store } from '../../src/store/index.ts'
import { describeCatalogue } from '../store/contract-catalogue.ts'
import { describeFeedback } from '../store/contract-feedback.ts'
import { describeMoving } from '../store/contract-moving.ts'
import { type Current, codeOf, rating } from '../store/contract-support.ts'

/** Nothing here is locked or away for good, so on a machine that is busy waiting is right. */
const patient = { patience: 60_000 }

/** What every implementation must keep; `address` gives the address of a new, empty store. */
export function describeStore(name: string, address: () => Promise<string>): void {
  const current: Current = { store: undefined as unknown as Store, address: '' }
  const opened: Store[] = []
  const another = async (): Promise<Store> => {
    const store = await openStore(await address(), patient)
    opened.push(store)
    return store
  }

  describe(`contract: ${name}`, () => {
    beforeEach(async () => {
      current.address = await address()
      current.store = await openStore(current.address, patient)
      opened.push(current.store)
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
    })

    test('bears a name without a password, and answers', async () => {
      expect(current.store.name).toMatch(name === 'postgres' ? /^postgres 127\.0\.0\.1:\d+\/\w+$/ : /^sqlite .+\.db$/)
      expect(current.store.name).not.toContain('secret')
      await expect(current.store.ping()).resolves.toBeUndefined()
    })

    test('what was acknowledged is there for another connection, and after reopening', async () => {
      await current.store.append([rating('ada', '1', 4)])
      const second = await openStore(current.address, patient)
      opened.push(second)
      expect(await second.profile('ada')).toMatchObject([{ item: '1', value: 4 }])
      await second.append([rating('ada', '2', 3)])
      expect(await current.store.profile('ada')).toMatchObject([{ item: '1' }, { item: '2' }])
      await Promise.all(opened.splice(0).map((store) => store.close()))
      const reopened = await openStore(current.address, { ...patient, create: false })
      opened.push(reopened)
      expect(await reopened.counts()).toMatchObject({ users: 1, ratings: 2, lastSeq: 2 })
    })

    test('several programs may make it at once', async () => {
      const empty = await address()
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(empty, patient)))
      opened.push(...stores)
      const written = await Promise.all(stores.map((store, k) => store.append([rating(`u${k}`, '1', 3)])))
      expect(written.map(([event]) => event!.seq).sort()).toEqual([1, 2, 3, 4])
      expect(await stores[0]!.counts()).toMatchObject({ users: 4, ratings: 4, lastSeq: 4 })
    })

    test('closing waits for what is under way; afterwards everything is refused', async () => {
      const { store } = current
      const written = Promise.all([store.append([rating('ada', '1', 4)]), store.putUser({ id: 'bob' })])
      await store.close()
      expect(await written).toHaveLength(2)
      const calls = [store.ping(), store.profile('ada'), store.append([rating('ada', '1', 4)]), store.counts()]
      for (const call of calls) expect(await codeOf(call)).toBe('store-closed')
      await store.close()
      const reopened = await openStore(current.address, patient)
      opened.push(reopened)
      expect(await reopened.counts()).toMatchObject({ users: 2, ratings: 1 })
    })

    describeFeedback(current)
    describeCatalogue(current)
    describeMoving(current, another)
  })
}
