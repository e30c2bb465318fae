import { expect, test } from 'vitest'
import { type CellResult, cellIdentity } from '../../src/experiments/cell.ts'
import { seedsSoFar } from '../../src/experiments/lookup.ts'
import type { Exhibit, Paper, System } from '../../src/experiments/paper.ts'
import { systemCells } from '../../src/experiments/plan.ts'
import { figureTable } from '../../src/experiments/report/table.ts'
import type { Outcome } from '../../src/experiments/reproduce.ts'
import { trainingFigures, withF } from '../../src/experiments/run-cell.ts'
import { type TableView, viewOf } from '../../src/experiments/view.ts'
import { paperOf, resultOf, tableOf } from './helpers.ts'

const system = (model: string): System => ({
  data: { dataset: 'ml-100k' },
  split: { kind: 'random' },
  model,
  measures: [{ kind: 'evaluate', metrics: ['rmse'] }],
})

/** Outcomes of fake cells: per system one result a seed. */
function outcomesOf(paper: Paper, results: Readonly<Record<string, readonly (CellResult | Outcome)[]>>) {
  const outcomes = new Map<string, Outcome>()
  for (const [id, values] of Object.entries(results)) {
    for (const [n, cell] of systemCells(paper, id).entries()) {
      const value = values[n]!
      outcomes.set(cellIdentity(cell), 'status' in value ? value : { status: 'done', key: 'k', result: value })
    }
  }
  return outcomes
}

const first = (exhibit: Exhibit, results: Readonly<Record<string, readonly (CellResult | Outcome)[]>>): TableView => {
  const paper = paperOf({ a: system('bias'), b: system('item-mean'), c: system('random') }, [exhibit], [1, 2, 3])
  return viewOf(paper, outcomesOf(paper, results)).exhibits[0] as TableView
}

test('a figure is the mean over seeds with its sample deviation, and its difference from the paper', () => {
  const exhibit = tableOf([{ label: 'a', system: 'a', published: 0.9 }])
  const view = first(exhibit, { a: [resultOf({ rmse: 0.92 }), resultOf({ rmse: 0.94 }), resultOf({ rmse: 0.96 })] })
  const figure = view.rows[0]!.figures[0]!
  if (figure.status !== 'value') throw new Error('no figure')
  expect(figure.mean).toBeCloseTo(0.94, 12)
  expect(figure.sd).toBeCloseTo(0.02, 12)
  expect(figure.values).toEqual([0.92, 0.94, 0.96])
  expect(figure.difference).toBeCloseTo(0.04, 12)
})

test('several runs of the paper are averaged', () => {
  const exhibit = tableOf([{ label: 'a', system: 'a', published: [0.8806, 0.8864, 0.8807] }])
  const view = first(exhibit, { a: [1, 2, 3].map(() => resultOf({ rmse: 0.88 })) })
  const figure = view.rows[0]!.figures[0]!
  expect(figure.published).toBeCloseTo(0.882567, 6)
  expect(figure.status === 'value' && figure.sd).toBe(0)
})

test('rows stand in the order of what was found, absent ones last', () => {
  const rows = ['a', 'b', 'c'].map((id) => ({ label: id, system: id }))
  const results = {
    a: [1, 2, 3].map(() => ({ status: 'not-available', reason: 'not here' }) as const),
    b: [1, 2, 3].map(() => resultOf({ rmse: 0.9 })),
    c: [1, 2, 3].map(() => resultOf({ rmse: 0.8 })),
  }
  expect(first(tableOf(rows, { orderBy: 0 }), results).rows.map(({ label }) => label)).toEqual(['c', 'b', 'a'])
  const highest = tableOf(rows, { orderBy: 0, better: 'higher' })
  expect(first(highest, results).rows.map(({ label }) => label)).toEqual(['b', 'c', 'a'])
  expect(first(tableOf(rows), results).rows.map(({ label }) => label)).toEqual(['a', 'b', 'c'])
})

test('seeds that are still to be run are left out and counted', () => {
  const exhibit = tableOf([{ label: 'a', system: 'a', published: 0.9 }])
  const later = { status: 'not-available', reason: 'not run' } as const
  const some = first(exhibit, { a: [resultOf({ rmse: 0.92 }), later, resultOf({ rmse: 0.96 })] })
  const figure = some.rows[0]!.figures[0]!
  expect(figure).toMatchObject({ status: 'value', values: [0.92, 0.96], seeds: 3 })
  expect(figure.status === 'value' && seedsSoFar(figure)).toBe('2 of 3 seeds')
  expect(String(figureTable(some, { quick: false }))).toContain('(2 of 3 seeds)')
  const none = first(exhibit, { a: [later, later, later] })
  expect(none.rows[0]!.figures[0]).toMatchObject({ status: 'absent', word: 'not run' })
})

test('no figure passes over a seed that failed', () => {
  const exhibit = tableOf([{ label: 'a', system: 'a', published: 0.9 }])
  const broken = { status: 'failed', reason: 'diverged' } as const
  const view = first(exhibit, { a: [resultOf({ rmse: 0.92 }), broken, resultOf({ rmse: 0.96 })] })
  expect(view.rows[0]!.figures[0]).toMatchObject({ status: 'absent', word: 'failed', published: 0.9 })
  const never = first(exhibit, {})
  expect(never.rows[0]!.figures[0]).toMatchObject({ status: 'absent', word: 'not run' })
  const none = first(exhibit, { a: [1, 2, 3].map(() => resultOf({ rmse: null })) })
  expect(none.rows[0]!.figures[0]).toMatchObject({ status: 'absent', reason: 'bias gives no rmse' })
})

test('losses are given per epoch and at the end', () => {
  const record = (epoch: number, loss: number, validation: number | null) =>
    ({ epoch, loss, validation, learningRate: 0.1, seconds: 1 }) as const
  expect(trainingFigures({ epochs: [record(1, 0.81, 0.95), record(2, 0.64, null)], bestEpoch: 1 })).toEqual({
    'loss@epoch-1': 0.81,
    'loss-root@epoch-1': 0.9,
    'validation@epoch-1': 0.95,
    loss: 0.64,
    'loss-root': 0.8,
    'loss@epoch-2': 0.64,
    'loss-root@epoch-2': 0.8,
    epochs: 1,
  })
})

test('F is the harmonic mean of mean precision and recall, as the paper computes it', () => {
  expect(withF({ 'precision@10': 0.8497, 'recall@10': 0.6362 })['f-of-means@10']).toBeCloseTo(0.7276, 4)
  expect(withF({ 'precision@10': 0, 'recall@10': 0 })['f-of-means@10']).toBe(0)
  expect(withF({ 'precision@10': null, 'recall@10': 0.5 })['f-of-means@10']).toBeNull()
  expect(withF({ 'precision@10': 0.5, 'recall@5': 0.5 })).not.toHaveProperty(['f-of-means@10'])
})
