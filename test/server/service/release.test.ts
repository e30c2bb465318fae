import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { loadArtefact } from '../../../src/catalogue/artefact-load.ts'
import { Session } from '../../../src/engine/session/session.ts'
import { Shelf, using } from '../../../src/server/service/shelf/shelf.ts'
import { storedModelOf } from '../../../src/server/service/shelf/version.ts'
import { ask, makeArtefact, run, temporary } from './helpers.ts'

const folder = temporary()
afterEach(() => vi.restoreAllMocks())
const rests = () => new Promise((resolve) => setTimeout(resolve, 30))

async function shelved(name: string, set: Record<string, unknown> = {}) {
  const directory = await makeArtefact(join(folder, name), name, set, { least: 60 })
  const { manifest } = await loadArtefact(directory)
  const shelf = new Shelf()
  return { shelf, live: await shelf.load(storedModelOf(directory, manifest)) }
}

describe('sessions of a version that is off the shelf', () => {
  test('are released after the last request that is on it, not before', async () => {
    const { shelf, live } = await shelved('dnn', { epochs: 1 })
    const release = vi.spyOn(Session.prototype, 'release')
    let end = (): void => undefined
    const holding = (): Promise<void> => new Promise((resolve) => (end = resolve))
    const first = using(live, holding)
    const endFirst = end
    const second = using(live, holding)
    const endSecond = end
    shelf.unload(live.version)
    await rests()
    expect(release).not.toHaveBeenCalled()
    endFirst()
    await first
    await rests()
    expect(release).not.toHaveBeenCalled()
    // The second still gets its answers.
    expect(await live.model.scoreAll({ profile: [{ item: 0, rating: 5 }] })).toHaveLength(live.train.items.size)
    endSecond()
    await second
    await expect.poll(() => release.mock.calls.length).toBeGreaterThan(0)
  })

  test('are released at once where no request is, and opened again for one that comes late', async () => {
    const { shelf, live } = await shelved('rbm', { epochs: 1 })
    const before = await live.model.scoreAll({ profile: [{ item: 3, rating: 4 }] })
    const release = vi.spyOn(Session.prototype, 'release')
    shelf.unload(live.version)
    await expect.poll(() => release.mock.calls.length).toBeGreaterThan(0)
    const late = await using(live, ({ model }) => model.scoreAll({ profile: [{ item: 3, rating: 4 }] }))
    expect(late).toEqual(before)
    await expect.poll(() => release.mock.calls.length).toBeGreaterThan(1)
  })

  test.each([
    ['neumf', { epochs: 1 }],
    ['explainable-dnn', { epochs: 1 }],
    ['autoencoder', { epochs: 1 }],
    ['query-network', { epochs: 1 }],
    ['embedding-dot', { epochs: 1 }],
  ])('%s answers the same after it was released', async (name, set) => {
    const { live } = await shelved(name, set)
    const who = {
      profile: [
        { item: 3, rating: 4 },
        { item: 7, rating: 1 },
      ],
    }
    const before = await live.model.scoreAll(who)
    await live.model.release?.()
    expect(await live.model.scoreAll(who)).toEqual(before)
    await live.model.release?.()
    await live.model.release?.()
  })
})

test('a swap under load releases the old one, and every request is answered', async () => {
  const old = await makeArtefact(
    join(folder, 'old'),
    'dnn',
    { epochs: 1 },
    { least: 60, created: '2026-01-01T00:00:00.000Z' },
  )
  const { service, close } = await run(join(folder, 'swap'), old)
  const profile = [{ item: '1', rating: 5 }]
  const lists = Array.from({ length: 40 }, () =>
    service.recommendForSession({ ...ask, k: 3, reasons: 1, profile, dislikes: [] }),
  )
  const release = vi.spyOn(Session.prototype, 'release')
  // Five more push the first off the shelf: four without traffic are kept.
  const swap = (async () => {
    for (let n = 0; n < 6; n++) {
      const created = `2026-02-0${n + 1}T00:00:00.000Z`
      const artefact = await makeArtefact(join(folder, `new-${n}`), 'bias', {}, { least: 60, created })
      await service.addModel({ artefact, activate: true })
    }
  })()
  expect((await Promise.all(lists)).every(({ items }) => items.length === 3)).toBe(true)
  await swap
  await expect.poll(() => release.mock.calls.length).toBeGreaterThan(0)
  await close()
})
