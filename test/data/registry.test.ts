import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dataDirectory, locateDataset, registry, shippedDirectory } from '../../src/data/registry.ts'
import { scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

test('every entry names its address, terms and citation; those that stand still have a checksum', () => {
  expect(registry.map((entry) => entry.name).sort()).toEqual(
    ['ml-100k', 'ml-10m', 'ml-1m', 'ml-20m', 'ml-25m', 'ml-32m', 'ml-latest', 'ml-latest-small'].sort(),
  )
  for (const entry of registry) {
    expect(entry.url).toBe(`https://files.grouplens.org/datasets/movielens/${entry.name}.zip`)
    expect(entry.citation).toContain('10.1145/2827872')
    expect(entry.licence).toContain(entry.redistributable ? 'under the same terms' : 'no redistribution')
    if (!entry.name.startsWith('ml-latest')) expect(entry.md5).toMatch(/^[0-9a-f]{32}$/)
    else expect(entry.md5).toBeNull()
  }
  const free = registry.filter((entry) => entry.redistributable).map((entry) => entry.name)
  expect(free.sort()).toEqual(['ml-32m', 'ml-latest', 'ml-latest-small'])
})

test('the data folder on every platform', () => {
  expect(dataDirectory({ MARQUEE_DATA: 'some/where' }, 'linux')).toBe(resolve('some/where'))
  expect(dataDirectory({}, 'linux')).toBe(join(homedir(), '.cache', 'marquee'))
  expect(dataDirectory({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe(join('/x', 'marquee'))
  expect(dataDirectory({}, 'darwin')).toBe(join(homedir(), 'Library', 'Caches', 'marquee'))
  expect(dataDirectory({ LOCALAPPDATA: '/l' }, 'win32')).toBe(join('/l', 'marquee'))
})

test('a name is looked for in the data folder, under every name its zip uses, then as shipped', () => {
  expect(locateDataset('ml-latest-small', space.folder).path).toBe(shippedDirectory)
  mkdirSync(join(space.folder, 'ml-latest-small'))
  expect(locateDataset('ml-latest-small', space.folder).path).toBe(join(space.folder, 'ml-latest-small'))
  mkdirSync(join(space.folder, 'ml-10M100K'))
  const ten = locateDataset('ml-10m', space.folder)
  expect(ten).toMatchObject({ name: 'ml-10m', path: join(space.folder, 'ml-10M100K') })
  expect(ten.entry!.counts!.ratings).toBe(10_000_054)
  expect(locateDataset(space.folder)).toEqual({ name: space.folder, path: space.folder, entry: null })
})
