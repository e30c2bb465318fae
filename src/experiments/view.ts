import { cellIdentity, type DataFacts } from './cell.ts'
import { type FullSizeResult, type FullSizeView, fullSizeView } from './full-size.ts'
import type { UnitCluster } from './hooks.ts'
import { type FigureView, isMissing, Lookup } from './lookup.ts'
import { machinesOf } from './machines.ts'
import type { Column, Exhibit, Glance, Note, Paper, PaperName, Row } from './paper.ts'
import { cellsOf } from './plan.ts'
import type { PlaneMap, ProbeMissing, SimilarMovie } from './probes.ts'
import type { Outcome } from './reproduce.ts'

interface Head {
  readonly id: string
  readonly label: string
  readonly title: string
  readonly text: string
  readonly notes: readonly Note[]
}

export interface TableView extends Head {
  readonly kind: 'table'
  readonly columns: readonly Column[]
  readonly rows: readonly {
    readonly label: string
    readonly tone: Row['tone'] | null
    readonly figures: readonly (FigureView | null)[]
  }[]
}

export interface CurvesView extends Head {
  readonly kind: 'curves'
  readonly yLabel: string
  readonly series: readonly {
    readonly label: string
    /** Empty where the cell is absent. */
    readonly points: readonly { readonly x: number; readonly y: number }[]
    readonly absent: string | null
  }[]
  readonly published: { readonly label: string; readonly value: number } | null
}

export interface BarsView extends Head {
  readonly kind: 'bars'
  readonly metrics: readonly string[]
  readonly bars: readonly { readonly label: string; readonly figures: readonly FigureView[] }[]
}

export interface DistributionView extends Head {
  readonly kind: 'distribution'
  readonly of: 'ratings' | 'ratings-per-movie'
  readonly dataset: string
  readonly facts: DataFacts | string
}

export interface SimilarView extends Head {
  readonly kind: 'similar'
  readonly lists: readonly {
    readonly title: string
    readonly published: readonly SimilarMovie[]
    readonly ours: readonly { readonly header: string; readonly movies: readonly SimilarMovie[] | ProbeMissing }[]
  }[]
}

export interface ChecksView extends Head {
  readonly kind: 'checks'
  readonly checks: readonly {
    readonly label: string
    readonly published: number
    /** Null where it could not be counted; then `reason` says why. */
    readonly value: number | null
    readonly reason: string | null
    readonly remark: string
  }[]
}

export interface PairsView extends Head {
  readonly kind: 'pairs'
  readonly pairs: readonly { user: string; item: string; prediction: number; published: number }[]
  readonly absent: string | null
}

export interface FactsView extends Head {
  readonly kind: 'facts'
  readonly columns: readonly string[]
  /** One value per column; null where there is none. */
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
  /** Why a column is empty. */
  readonly absent: readonly string[]
}

export interface MapView extends Head {
  readonly kind: 'map'
  readonly map: PlaneMap | ProbeMissing
}

export interface ClustersView extends Head {
  readonly kind: 'clusters'
  readonly clusters: readonly UnitCluster[] | ProbeMissing
  readonly published: readonly string[]
}

export type ExhibitView =
  | TableView
  | CurvesView
  | BarsView
  | DistributionView
  | SimilarView
  | ChecksView
  | PairsView
  | FactsView
  | MapView
  | ClustersView

/** A paper with everything found: what the report, the CSV files and results.json are written from. Plain JSON. */
export interface PaperView {
  readonly name: PaperName
  readonly title: string
  readonly authors: string
  readonly claim: string
  readonly protocol: readonly string[]
  readonly selection: string
  readonly notes: readonly Note[]
  readonly findings: readonly string[]
  readonly seeds: readonly number[]
  readonly exhibits: readonly ExhibitView[]
  /** Of tables that are among the exhibits. */
  readonly glances: readonly Glance[]
  /** What was not run on its real set but on synthetic ratings of the same shape; null where nothing was. */
  readonly fullSize: FullSizeView | null
  /** Where its cells were computed, in words; empty where there is none yet. */
  readonly machines: readonly string[]
}

export function viewOf(
  paper: Paper,
  outcomes: ReadonlyMap<string, Outcome>,
  fullSize: FullSizeResult | null = null,
): PaperView {
  const { name, title, authors, claim, protocol, selection, notes, findings, seeds, exhibits } = paper
  const glances = paper.glances.filter((glance) => exhibits.some(({ id }) => id === glance.exhibit))
  const lookup = new Lookup(paper, outcomes)
  const views = exhibits.map((exhibit) => exhibitView(exhibit, lookup))
  const head = { name, title, authors, claim, protocol, selection, notes, findings, seeds }
  const done = cellsOf([paper]).flatMap((cell) => {
    const outcome = outcomes.get(cellIdentity(cell))
    return outcome?.status === 'done' ? [outcome.result] : []
  })
  const rest = { fullSize: fullSizeView(paper, outcomes, fullSize), machines: machinesOf(done) }
  return { ...head, exhibits: views, glances, ...rest }
}

function exhibitView(exhibit: Exhibit, lookup: Lookup): ExhibitView {
  const { id, label, set, text = '', notes = [] } = exhibit
  const head = { id, label, title: set === undefined ? exhibit.title : `${exhibit.title}, ${set}`, text, notes }
  switch (exhibit.kind) {
    case 'table': {
      const { columns } = exhibit
      const rows = exhibit.rows.map(({ label: name, values, tone = null }) => ({
        label: name,
        tone,
        figures: values.map((value) => value && lookup.figure(value)),
      }))
      return { ...head, kind: 'table', columns, rows: ordered(rows, exhibit.orderBy, columns) }
    }
    case 'curves': {
      const { yLabel, published = null } = exhibit
      return { ...head, kind: 'curves', yLabel, published, series: exhibit.series.map((one) => curve(one, lookup)) }
    }
    case 'bars': {
      const bars = exhibit.bars.map(({ label: name, system }) => ({
        label: name,
        figures: exhibit.metrics.map(({ metric }) => lookup.figure({ system, metric })),
      }))
      return { ...head, kind: 'bars', metrics: exhibit.metrics.map(({ header }) => header), bars }
    }
    case 'distribution': {
      const { of, data } = exhibit
      return { ...head, kind: 'distribution', of, dataset: data.dataset, facts: lookup.data(data) }
    }
    case 'similar': {
      const lists = exhibit.lists.map(({ title: movie, published, ours }) => ({
        title: movie,
        published,
        ours: ours.map(({ header, system, probe }) => ({
          header,
          movies: lookup.probe<readonly SimilarMovie[]>(system, probe),
        })),
      }))
      return { ...head, kind: 'similar', lists }
    }
    case 'checks':
      return { ...head, kind: 'checks', checks: exhibit.checks.map((check) => checkView(check, lookup)) }
    case 'pairs': {
      const found = lookup.probe<{ user: string; item: string; prediction: number }[]>(exhibit.system, exhibit.probe)
      if (isMissing(found)) return { ...head, kind: 'pairs', pairs: [], absent: found.missing }
      const pairs = found.map((pair, n) => ({ ...pair, published: exhibit.published[n]! }))
      return { ...head, kind: 'pairs', pairs, absent: null }
    }
    case 'facts':
      return { ...head, kind: 'facts', ...factsOf(exhibit, lookup) }
    case 'map':
      return { ...head, kind: 'map', map: lookup.probe<PlaneMap>(exhibit.system, exhibit.probe) }
    case 'clusters': {
      const clusters = lookup.probe<readonly UnitCluster[]>(exhibit.system, exhibit.probe)
      return { ...head, kind: 'clusters', clusters, published: exhibit.published }
    }
  }
}

/** Best first by a column; rows without a figure keep their order behind the others. */
function ordered(rows: TableView['rows'], column: number | undefined, columns: readonly Column[]): TableView['rows'] {
  if (column === undefined) return rows
  const sign = columns[column]!.better === 'higher' ? -1 : 1
  const key = (row: TableView['rows'][number]): number => {
    const figure = row.figures[column]
    return figure?.status === 'value' ? sign * figure.mean : Number.MAX_VALUE
  }
  return rows.toSorted((a, b) => key(a) - key(b))
}

type Series = Extract<Exhibit, { kind: 'curves' }>['series'][number]

function curve({ label, system, of }: Series, lookup: Lookup): CurvesView['series'][number] {
  const result = lookup.first(system)
  if (typeof result === 'string') return { label, points: [], absent: result }
  const points: { x: number; y: number }[] = []
  for (const { epoch, loss, validation } of result.epochs) {
    const y = of === 'validation' ? validation : of === 'root' ? Math.sqrt(loss) : loss
    if (y !== null) points.push({ x: epoch, y })
  }
  return { label, points, absent: points.length === 0 ? 'it has no epochs' : null }
}

type Facts = Readonly<Record<string, number | null>>

function factsOf(
  { columns }: Extract<Exhibit, { kind: 'facts' }>,
  lookup: Lookup,
): Pick<FactsView, 'columns' | 'rows' | 'absent'> {
  const found = columns.map(({ system, probe }) => lookup.probe<Facts>(system, probe))
  const labels = new Set(found.flatMap((facts) => (isMissing(facts) ? [] : Object.keys(facts))))
  const figureOf = (facts: Facts | ProbeMissing, label: string): number | null =>
    isMissing(facts) ? null : (facts[label] ?? null)
  return {
    columns: columns.map(({ header }) => header),
    rows: [...labels].map((label) => ({ label, values: found.map((facts) => figureOf(facts, label)) })),
    absent: found.flatMap((facts, n) => (isMissing(facts) ? [`${columns[n]!.header}: ${facts.missing}`] : [])),
  }
}

type Check = Extract<Exhibit, { kind: 'checks' }>['checks'][number]

function checkView(
  { label, published, value: source, remark = '' }: Check,
  lookup: Lookup,
): ChecksView['checks'][number] {
  const shown = (value: number | null | undefined, reason: string): ChecksView['checks'][number] =>
    value === null || value === undefined
      ? { label, published, value: null, reason, remark }
      : { label, published, value, reason: null, remark }
  if ('factors' in source) return shown((source.users + source.items) * (source.factors + 1), '')
  if ('data' in source) {
    const facts = lookup.data(source.data)
    return typeof facts === 'string' ? shown(null, facts) : shown(facts[source.count], '')
  }
  if ('probe' in source) {
    const found = lookup.probe<number>(source.system, source.probe)
    return isMissing(found) ? shown(null, found.missing) : shown(found, '')
  }
  const result = lookup.first(source.system)
  if (typeof result === 'string') return shown(null, result)
  const counts = result.counts as Readonly<Record<string, number>> | null
  return shown(counts?.[source.count], 'it was not counted')
}
