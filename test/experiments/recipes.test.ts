import { describe, expect, test } from 'vitest'
import { papers } from '../../recipes/papers/index.ts'
import { listModels } from '../../src/catalogue/create.ts'
import { findEntry } from '../../src/data/index.ts'
import { resolveSpec } from '../../src/data/splits/spec.ts'
import { parseMetrics } from '../../src/evaluation/index.ts'
import { dataOf, settingsOf } from '../../src/experiments/cell.ts'
import { type Paper, paperNames } from '../../src/experiments/paper.ts'
import { loadPapers, papersNamed } from '../../src/experiments/papers.ts'
import { cellsOf, select, systemsOf } from '../../src/experiments/plan.ts'
import { quickPaper } from '../../src/experiments/quick.ts'

const registered = new Set(listModels().map(({ name }) => name))
/** Named in the recipes; some may still be on their way. */
const expected = new Set(
  (
    'user-knn item-knn svd biased-svd als bayesian-mf collective-mf joint-mf content ease gmf mlp neumf autoencoder autorec ' +
    'stacked-autoencoder rbm query-network explainable-dnn embedding-dot dnn bias random popularity'
  ).split(' '),
)

test('all five papers are there, and the loader finds them', async () => {
  expect(papers.map(({ name }) => name).sort()).toEqual([...paperNames].sort())
  expect(await loadPapers()).toBe(papers)
  expect(papersNamed(papers, 'all')).toHaveLength(5)
  expect(() => papersNamed(papers, 'dn')).toThrow(/there is no paper "dn"/)
})

describe.each(papers.map((paper) => [paper.name, paper] as const))('%s', (_, paper) => {
  test('exhibits have unique names and draw on systems that exist', () => {
    const ids = paper.exhibits.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const exhibit of paper.exhibits) {
      for (const id of systemsOf(exhibit)) expect(paper.systems, `${exhibit.id}: ${id}`).toHaveProperty([id])
    }
  })

  test('the opening table points at rows that are there, with figures of the paper where it has any', () => {
    expect(paper.glances.length).toBeGreaterThan(0)
    for (const { exhibit: id, column, printed, tuned, yardstick } of paper.glances) {
      const exhibit = paper.exhibits.find((one) => one.id === id)
      if (exhibit?.kind !== 'table') throw new Error(`${id} is no table`)
      for (const label of [printed, tuned, yardstick]) {
        const row = exhibit.rows.find((one) => one.label === label)
        expect(row?.values[column], `${id}: ${label}`).toBeTruthy()
      }
    }
  })

  test('every system is drawn on', () => {
    const used = new Set(paper.exhibits.flatMap(systemsOf))
    expect(Object.keys(paper.systems).filter((id) => !used.has(id))).toEqual([])
  })

  test('tables have a value for every column, named metrics and published figures in range', () => {
    for (const exhibit of paper.exhibits) {
      if (exhibit.kind !== 'table') continue
      for (const row of exhibit.rows) {
        expect(row.values, `${exhibit.id}: ${row.label}`).toHaveLength(exhibit.columns.length)
        for (const value of row.values) {
          if (!value) continue
          expect(metricsOf(paper, value.system), `${exhibit.id}: ${value.system}`).toContain(value.metric)
          for (const figure of [value.published ?? []].flat()) expect(figure).toBeGreaterThan(0)
        }
      }
    }
  })

  test('splits, data sets and metrics are known', () => {
    for (const system of Object.values(paper.systems)) {
      expect(findEntry(system.data.dataset)).toBeDefined()
      if (system.split) resolveSpec(system.split)
      else expect(system.measures).toEqual([])
      if (system.watchTest) expect(system.measures).toEqual([])
      for (const measure of system.measures) if (measure.kind === 'evaluate') parseMetrics(measure.metrics)
    }
  })

  test('models and settings are those of the registry, as printed and quick', () => {
    for (const version of [paper, quickPaper(paper)]) {
      for (const [id, system] of Object.entries(version.systems)) {
        expect(expected, id).toContain(system.model)
        if (registered.has(system.model)) expect(() => settingsOf(system), id).not.toThrow()
      }
    }
  })

  test('probes that exhibits show are asked for', () => {
    for (const exhibit of paper.exhibits) {
      const wanted =
        exhibit.kind === 'similar'
          ? exhibit.lists.flatMap(({ ours }) => ours.map(({ system, probe }) => [system, probe] as const))
          : exhibit.kind === 'facts'
            ? exhibit.columns.map(({ system, probe }) => [system, probe] as const)
            : 'probe' in exhibit
              ? [[exhibit.system, exhibit.probe] as const]
              : []
      for (const [system, probe] of wanted) {
        expect(
          paper.systems[system]!.probes?.map(({ id }) => id),
          `${exhibit.id}: ${system}`,
        ).toContain(probe)
      }
    }
  })

  test('quick runs need nothing but the shipped set', () => {
    for (const cell of cellsOf([quickPaper(paper)])) expect(dataOf(cell).dataset).toBe('ml-latest-small')
  })
})

test('tables and figures are chosen by number', () => {
  const dnn = papers.filter(({ name }) => name === 'dnn')
  expect(select(dnn, { table: 5 })[0]!.exhibits.map(({ id }) => id)).toEqual(['table-5-100k', 'table-5-1m'])
  expect(select(dnn, { figure: 3 })[0]!.exhibits.map(({ id }) => id)).toEqual(['figure-3-1m', 'figure-3-100k'])
  expect(select(dnn, { seeds: [7] })[0]!.seeds).toEqual([7])
  expect(() => select(dnn, { table: 9 })).toThrow(/dnn has no table 9\. It has: Table 2, Table 3/)
})

test('the printed number of weights follows from the counts', () => {
  const exhibit = papers
    .find(({ name }) => name === 'embedding-dot')!
    .exhibits.find((candidate) => candidate.id === 'parameters')!
  const first = exhibit.kind === 'checks' ? exhibit.checks[0]! : null
  const source = first!.value as { users: number; items: number; factors: number }
  expect((source.users + source.items) * (source.factors + 1)).toBe(7_113_531)
  expect(source.users * source.factors).toBe(6_923_800)
})

/** What a system's cells can give: the names that run-cell writes. */
function metricsOf({ systems }: Paper, id: string): string[] {
  const { measures, watchTest, hyperparameters = {} } = systems[id]!
  const names = ['loss', 'loss-root', 'epochs']
  const { epochs = 0 } = hyperparameters as { epochs?: number }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    names.push(`loss-root@epoch-${epoch}`)
    if (watchTest) names.push(`validation@epoch-${epoch}`)
  }
  for (const measure of measures) {
    const prefix = measure.id === undefined ? '' : `${measure.id}/`
    const own = measure.kind === 'earlier' ? ['rmse', 'mae'] : [...measure.metrics]
    if (own.includes('precision@10') && own.includes('recall@10')) own.push('f-of-means@10')
    names.push(...own.map((metric) => prefix + metric))
  }
  return names
}

test('a quick paper shows each exhibit, list and curve once', () => {
  const quick = quickPaper(papers.find(({ name }) => name === 'embedding-dot')!)
  expect(quick.exhibits.filter(({ kind }) => kind === 'map')).toHaveLength(1)
  const curves = quick.exhibits.find((exhibit) => exhibit.kind === 'curves')
  expect(curves?.kind === 'curves' && curves.series).toHaveLength(1)
  const similar = quick.exhibits.find((exhibit) => exhibit.kind === 'similar')
  const headers = similar?.kind === 'similar' ? similar.lists[0]!.ours.map(({ system }) => system) : []
  expect(headers).toEqual(['whole-20m', 'tuned-whole-20m'])
  // Curves of one system that show different things are both kept.
  const dnn = quickPaper(papers.find(({ name }) => name === 'dnn')!)
  const figure = dnn.exhibits.find((exhibit) => exhibit.kind === 'curves')
  expect(figure?.kind === 'curves' && figure.series).toHaveLength(4)
})
