import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ask, makeArtefact, run, temporary } from './helpers.ts'

// What is waited for here is done at a low priority: on a machine with other work it gets a twentieth of a core.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const folder = temporary()

test('the map: principal axes at once, t-SNE when it is made, kept over a restart', async () => {
  const artefact = await makeArtefact(join(folder, 'dot'), 'embedding-dot', { epochs: 4 }, { least: 60 })
  const where = join(folder, 'map')
  const first = await run(where, artefact)
  const map = await first.service.getMap({})
  expect(map).toMatchObject({ method: 'principal-axes', ready: false, preservation: null })
  const n = map.ids.length
  expect(n).toBeGreaterThan(300)
  for (const column of [map.x, map.y, map.genre, map.titles, map.ratings]) expect(column).toHaveLength(n)
  expect(map.x.every(Number.isFinite) && map.y.every(Number.isFinite)).toBe(true)
  expect(map.genre.every((genre) => genre >= -1 && genre < map.genres.length)).toBe(true)
  await expect
    .poll(async () => (await first.service.getMap({})).method, { timeout: 590_000, interval: 200 })
    .toBe('tsne')
  const drawn = await first.service.getMap({})
  expect(drawn.ready).toBe(true)
  expect(drawn.preservation).toBeGreaterThan(0.7)
  expect(drawn.ids).toHaveLength(n)
  await first.close()
  expect(readdirSync(join(where, 'data', 'cache'))).toEqual([`map-${drawn.model}.json`])
  const second = await run(where, artefact)
  expect(await second.service.getMap({})).toEqual(drawn)
  await expect(second.service.getClusters({})).rejects.toMatchObject({ code: 'no-autoencoder' })
  await second.close()
})

test('clusters of a live autoencoder, most concentrated first; no map where there are no vectors', async () => {
  const artefact = await makeArtefact(join(folder, 'autoencoder'), 'autoencoder', { epochs: 2 }, { least: 60 })
  const popular = await makeArtefact(join(folder, 'popular'), 'popularity', {}, { least: 60 })
  const { service, close, folder: where } = await run(join(folder, 'clusters'), popular)
  await service.addModel({ artefact, activate: false })
  const [one, two] = await Promise.all([service.getClusters({}), service.getClusters({ model: 'autoencoder' })])
  expect(two).toEqual(one)
  expect(one.clusters.length).toBeGreaterThan(0)
  const chances = one.clusters.map(({ p }) => p!)
  expect(chances).toEqual(chances.toSorted((a, b) => a - b))
  for (const { movies, concentration, chance } of one.clusters) {
    expect(movies).toHaveLength(12)
    expect(concentration).toBeGreaterThanOrEqual(0)
    expect(chance).toBeGreaterThan(0)
  }
  await expect(service.getClusters({ model: 'popularity' })).rejects.toMatchObject({ code: 'not-able' })
  await expect(service.getMap({})).rejects.toMatchObject({ code: 'not-able' })
  const list = await service.recommendForSession({ ...ask, profile: [{ item: '1', rating: 5 }], dislikes: [] })
  expect(list.items[0]!.reason).toMatchObject({ kind: 'fallback', fallback: { to: 'popularity' }, contributions: [] })
  expect(existsSync(join(where, 'data', 'cache', `clusters-${one.model}.json`))).toBe(true)
  await close()
})
