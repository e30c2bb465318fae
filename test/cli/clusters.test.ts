import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadArtefact } from '../../src/catalogue/artefact-load.ts'
import type { Clusters } from '../../src/explain/clusters/index.ts'
import { reproduceClusters } from '../../src/explain/clusters.ts'
import { marquee, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const train = ['train', 'ml-latest-small', '--min-item-ratings', '40', '--threads', '1']

type Document = Omit<Clusters, 'clusters'> & {
  units: number
  clusters: {
    unit: number
    activation: number
    others: number
    movies: { title: string; genres: string[] }[]
    p: number
  }[]
}

test('clusters of a trained autoencoder: every unit alone, by a list of its own', async () => {
  const artefact = join(folder, 'autoencoder')
  const fitted = await marquee([
    ...train,
    '--model',
    'autoencoder',
    '--set',
    'layers=64,16,64',
    'epochs=10',
    '--out',
    artefact,
  ])
  expect(fitted.err).not.toContain('error')
  const { code, out } = await marquee(['clusters', '--artefact', artefact, '--json'])
  expect(code).toBe(0)
  const found = JSON.parse(out) as Document
  expect(found).toMatchObject({ units: 16, size: 10 })
  expect(found.active).toBeGreaterThan(12)
  // So small a network of popular movies need not find genres; that they are found where there are any is tested by hand.
  expect(found.agreement.units!).toBeGreaterThan(0.3)
  expect(found.agreement.chance).toBeLessThan(0.7)
  const lists = new Set(found.clusters.map(({ movies }) => movies.map(({ title }) => title).join('\n')))
  expect(lists.size).toBeGreaterThan(12)
  for (const { activation, others, movies } of found.clusters.filter((cluster) => cluster.movies.length > 0)) {
    expect(activation).toBeGreaterThan(2 * others)
    expect(movies.length).toBe(10)
  }
  const text = await marquee(['clusters', '--artefact', artefact, '--units', '2', '--movies', '5', '--steps', '40'])
  expect(text.out).toMatch(/^16 units, \d+ of them activated; \d+ are of one genre beyond chance/)
  expect(text.out.match(/\nunit \d+\n(?: {2}\S.*\n){5}/g)?.length).toBe(2)

  const { model, train: ratings, items } = await loadArtefact(artefact)
  const ground = { model, train: ratings, dataset: { items } }
  const reproduced = await reproduceClusters(ground, { units: 3, movies: 4 })
  expect(reproduced.length).toBe(3)
  expect(reproduced[0]!.movies.length).toBe(4)
})

test('one clear error for a model without a bottleneck', async () => {
  const artefact = join(folder, 'bias')
  await marquee([...train, '--model', 'bias', '--out', artefact])
  const { code, err } = await marquee(['clusters', '--artefact', artefact])
  expect(code).toBe(1)
  expect(err).toBe('error: bias has no bottleneck to find clusters in. Train an autoencoder.\n')
})
