import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CellCache } from '../../src/experiments/cache.ts'
import { cellIdentity } from '../../src/experiments/cell.ts'
import { thisMachine } from '../../src/experiments/machines.ts'
import type { DataSpec, Measure, System } from '../../src/experiments/paper.ts'
import { cellsOf } from '../../src/experiments/plan.ts'
import { type CellProgress, reproduce } from '../../src/experiments/reproduce.ts'
import { viewOf } from '../../src/experiments/view.ts'
import { paperOf, tableOf, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
let data: DataSpec

beforeAll(() => {
  process.env.MARQUEE_DATA = join(folder, 'no-sets-here')
  data = { dataset: writeRatings(folder) }
})

const errors: Measure = { kind: 'evaluate', metrics: ['rmse', 'mae'] }
const systemOf = (model: string, more: Partial<System> = {}): System => ({
  data,
  split: { kind: 'random', ratio: 0.8, seed: 1 },
  model,
  measures: [errors],
  ...more,
})
const small = () =>
  paperOf({ chance: systemOf('random'), bias: systemOf('bias', { unseeded: true }) }, [
    tableOf([
      { label: 'chance', system: 'chance' },
      { label: 'bias', system: 'bias' },
    ]),
  ])

test('seeds make cells, but one for what has none; each cell once for several exhibits', () => {
  const paper = small()
  expect(cellsOf([paper])).toHaveLength(3)
  const twice = { ...paper, exhibits: [...paper.exhibits, { ...paper.exhibits[0]!, id: 'again' }] }
  expect(cellsOf([twice, twice])).toHaveLength(3)
})

test('cells of one data set stand together', () => {
  const other = { dataset: 'ml-1m' }
  const paper = paperOf({ a: systemOf('bias'), b: systemOf('bias', { data: other }), c: systemOf('item-mean') }, [
    tableOf(['a', 'b', 'c'].map((system) => ({ label: system, system }))),
  ])
  const sets = cellsOf([paper]).map((cell) => (cell.kind === 'fit' ? cell.system.data.dataset : ''))
  expect(sets).toEqual([data.dataset, data.dataset, data.dataset, data.dataset, 'ml-1m', 'ml-1m'])
})

test('the second run takes everything from the cache and finds the same; --fresh computes again', async () => {
  const cache = new CellCache(join(folder, 'hit'))
  const first = await reproduce([small()], { cache, threads: 1 })
  expect(first).toMatchObject({ computed: 3, cached: 0, missing: [] })
  expect(readdirSync(join(folder, 'hit')).filter((name) => name.endsWith('.json'))).toHaveLength(3)
  const second = await reproduce([small()], { cache, threads: 1 })
  expect(second).toMatchObject({ computed: 0, cached: 3 })
  for (const outcome of second.outcomes.values()) expect(outcome).toMatchObject({ result: { machine: thisMachine() } })
  expect(viewOf(small(), second.outcomes)).toEqual(viewOf(small(), first.outcomes))
  expect(await reproduce([small()], { cache, threads: 1, fresh: true })).toMatchObject({ computed: 3, cached: 0 })
})

test('an interrupted run keeps what is finished and goes on from there', async () => {
  const cache = new CellCache(join(folder, 'resume'))
  const stop = new AbortController()
  const seen: CellProgress[] = []
  const run = reproduce([small()], {
    cache,
    threads: 1,
    signal: stop.signal,
    onCell: (progress) => {
      seen.push(progress)
      if (progress.done === 2) stop.abort()
    },
  })
  await expect(run).rejects.toThrow(/interrupted\. Finished cells are kept/)
  expect(seen.map(({ done, total, cached }) => [done, total, cached])).toEqual([
    [1, 3, false],
    [2, 3, false],
  ])
  expect(seen[0]!.left).toBeGreaterThan(0)
  expect(await reproduce([small()], { cache, threads: 1 })).toMatchObject({ computed: 1, cached: 2 })
})

test('what is not here is named and the rest runs', async () => {
  const paper = paperOf(
    {
      bias: systemOf('bias', { unseeded: true }),
      far: systemOf('bias', { data: { dataset: 'ml-20m' } }),
      later: systemOf('oracle'),
      unable: systemOf('popularity', { measures: [{ kind: 'earlier', id: 'earlier' }] }),
    },
    [tableOf(['bias', 'far', 'later', 'unable'].map((system) => ({ label: system, system })))],
    [1],
  )
  const found = await reproduce([paper], { cache: new CellCache(join(folder, 'missing')), threads: 1 })
  expect(found.computed).toBe(1)
  expect(found.missing.map(({ dataset }) => dataset)).toEqual(['ml-20m'])
  expect(found.missing[0]!.reason).toMatch(/marquee data get ml-20m/)
  const view = viewOf(paper, found.outcomes).exhibits[0]!
  const cells = view.kind === 'table' ? view.rows.map(({ figures }) => figures[0]!) : []
  expect(cells.map((cell) => (cell.status === 'absent' ? cell.word : cell.status))).toEqual([
    'value',
    'data not here',
    'not available',
    'not available',
  ])
})

test('a cell that fails is told from one that is not available, and stops nothing', async () => {
  const paper = paperOf(
    {
      wrong: systemOf('bias', { hyperparameters: { nonsense: 1 } }),
      bias: systemOf('bias'),
    },
    [
      tableOf([
        { label: 'wrong', system: 'wrong' },
        { label: 'bias', system: 'bias' },
      ]),
    ],
    [1],
  )
  const found = await reproduce([paper], { cache: new CellCache(join(folder, 'failed')), threads: 1 })
  const statuses = cellsOf([paper]).map((cell) => found.outcomes.get(cellIdentity(cell))!)
  expect(statuses.map(({ status }) => status)).toEqual(['failed', 'done'])
  expect(statuses[0]).toMatchObject({ reason: expect.stringContaining('bias: nonsense') })
})

test('the test part may be watched: a curve and fixed epochs, nothing chosen', async () => {
  const watched = systemOf('embedding-dot', {
    hyperparameters: { epochs: 3, factors: 2, patience: 100 },
    measures: [],
    watchTest: true,
  })
  const paper = paperOf({ watched }, [
    tableOf([{ label: 'after two', system: 'watched', metric: 'validation@epoch-2' }]),
    {
      kind: 'curves',
      id: 'curve',
      label: 'Figure 1',
      number: null,
      title: 'Curve',
      yLabel: 'RMSE',
      series: [{ label: 'test', system: 'watched', of: 'validation' }],
    },
  ])
  const found = await reproduce([paper], { cache: new CellCache(join(folder, 'watch')), threads: 1 })
  const [table, curves] = viewOf(paper, found.outcomes).exhibits
  const points = curves?.kind === 'curves' ? curves.series[0]!.points : []
  expect(points.map(({ x }) => x)).toEqual([1, 2, 3])
  const figure = table?.kind === 'table' ? table.rows[0]!.figures[0] : null
  expect(figure?.status === 'value' && figure.values[0]).toBe(points[1]!.y)
})

test('a data cell counts ratings', async () => {
  const paper = paperOf({}, [
    { kind: 'distribution', id: 'd', label: 'Figure 1', number: null, title: 'Ratings', of: 'ratings', data },
  ])
  const found = await reproduce([paper], { cache: new CellCache(join(folder, 'data')), threads: 1 })
  const view = viewOf(paper, found.outcomes).exhibits[0]!
  const facts = view.kind === 'distribution' && typeof view.facts !== 'string' ? view.facts : null
  // 12 x 10 pairs less those whose sum divides by five: 24.
  expect(facts).toMatchObject({ users: 12, items: 10, ratings: 96 })
  expect(facts!.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(96)
  expect(facts!.perItem[0]!.count).toBeGreaterThanOrEqual(facts!.perItem.at(-1)!.count)
})
