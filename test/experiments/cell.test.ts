import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CellCache } from '../../src/experiments/cache.ts'
import { type Cell, canonical, cellIdentity, cellKey, settingsOf } from '../../src/experiments/cell.ts'
import type { System } from '../../src/experiments/paper.ts'
import { resultOf, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const system: System = {
  data: { dataset: 'ml-100k' },
  split: { kind: 'random', ratio: 0.8, seed: 1 },
  model: 'bias',
  measures: [{ kind: 'evaluate', metrics: ['rmse'] }],
}
const cell: Cell = { kind: 'fit', system, seed: 1 }
const keyOf = (change: Partial<System>, seed = 1): string =>
  cellKey({ kind: 'fit', system: { ...system, ...change }, seed }, 'abc', '1.0.0')

test('canonical JSON does not depend on the order of keys, only of arrays', () => {
  expect(canonical({ b: 1, a: [2, { d: null, c: 'x' }], e: undefined })).toBe('{"a":[2,{"c":"x","d":null}],"b":1}')
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]))
})

test('a default written out names the same cell', () => {
  expect(keyOf({ hyperparameters: { itemDamping: 5 } })).toBe(keyOf({}))
  expect(keyOf({ hyperparameters: {} })).toBe(keyOf({}))
})

test('everything that decides a result changes the key', () => {
  const keys = [
    keyOf({}),
    keyOf({}, 2),
    keyOf({ hyperparameters: { itemDamping: 6 } }),
    keyOf({ model: 'item-mean' }),
    keyOf({ data: { dataset: 'ml-100k', shuffle: 1 } }),
    keyOf({ split: { kind: 'random', ratio: 0.8, seed: 2 } }),
    keyOf({ measures: [{ kind: 'evaluate', metrics: ['mae'] }] }),
    keyOf({ watchTest: true }),
    cellKey(cell, 'abd', '1.0.0'),
    cellKey(cell, 'abc', '1.0.1'),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
})

test('settings are filled in, and wrong ones named', () => {
  expect(settingsOf(system)).toMatchObject({ itemDamping: 5, userDamping: 5 })
  expect(() => settingsOf({ ...system, hyperparameters: { damping: 1 } })).toThrow(/bias: damping/)
  expect(() => settingsOf({ ...system, model: 'oracle' })).toThrow(/the model oracle is not part of this version/)
})

test('the cache gives back what was put, and nothing for other keys or broken files', () => {
  const cache = new CellCache(join(folder, 'deep', 'cells'))
  const key = cellKey(cell, 'abc', '1.0.0')
  expect(cache.get(key)).toBeNull()
  cache.put(key, cell, resultOf({ rmse: 0.5 }))
  expect(cache.get(key)).toEqual(resultOf({ rmse: 0.5 }))
  expect(readdirSync(join(folder, 'deep', 'cells'))).toEqual([`${key}.json`])
  const half = 'f'.repeat(32)
  writeFileSync(join(folder, 'deep', 'cells', `${half}.json`), '{"key": "ff')
  expect(cache.get(half)).toBeNull()
  const foreign = 'e'.repeat(32)
  writeFileSync(join(folder, 'deep', 'cells', `${foreign}.json`), JSON.stringify({ key, result: resultOf({}) }))
  expect(cache.get(foreign)).toBeNull()
})

test('a checkpoint is resumed where there is one, and goes when the cell is finished', () => {
  const cache = new CellCache(join(folder, 'checkpoints'))
  const { directory, resume } = cache.checkpoint('k', 2)
  expect(resume).toBe(false)
  mkdirSync(directory)
  writeFileSync(join(directory, 'checkpoint.bin'), '')
  expect(cache.checkpoint('k', 2).resume).toBe(true)
  expect(cache.checkpoint('k', 1).resume).toBe(false)
  cache.put('k', cell, resultOf({}))
  expect(existsSync(directory)).toBe(false)
})

test('a folder that cannot be made is told', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => new CellCache(join(folder, 'file', 'cells'))).toThrow(/cannot make the folder for finished cells/)
})

test('the identity of a cell is its definition', () => {
  expect(cellIdentity(cell)).toBe(cellIdentity({ seed: 1, system: { ...system }, kind: 'fit' }))
  expect(cellIdentity(cell)).not.toBe(cellIdentity({ ...cell, seed: 2 }))
})
