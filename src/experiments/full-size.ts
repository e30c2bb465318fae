import { createHash } from 'node:crypto'
import type { SplitSpec } from '../data/splits/index.ts'
import { type Cell, cellIdentity, dataOf } from './cell.ts'
import type { Exhibit, Paper, System } from './paper.ts'
import { systemCells, systemsOf } from './plan.ts'
import type { Outcome } from './reproduce.ts'

/** What synthetic ratings stand in for a set that may not be had. */
export interface FullSizeShape {
  readonly dataset: string
  readonly users: number
  readonly items: number
  readonly ratings: number
  /** Tags given, as tags.csv lists them. */
  readonly tags: number
  /** Exponents of the Zipf laws of movies and users. */
  readonly skew: number
  readonly userSkew: number
}

export interface FullSizeFit {
  /** Seconds of an epoch or sweep, measured or extrapolated from a part of the first; null where nothing is repeated. */
  readonly each: number | null
  /** How many the recipe has, and how many were run: a share where not even the first was finished. */
  readonly times: number | null
  readonly run: number | null
  /** Seconds of everything, extrapolated to `times` where fewer were run. */
  readonly seconds: number
  readonly extrapolated: boolean
}

export interface FullSizeEvaluation {
  readonly seconds: number
  readonly extrapolated: boolean
  /** Of each measure and probe: seconds run, the share of it done in them, seconds of all of it. */
  readonly parts: readonly {
    readonly what: string
    readonly run: number
    readonly share: number
    readonly seconds: number
  }[]
}

/**
 * A cell as it went, in a process of its own. Null is what it did not come to. Seconds are processor time, so that what else the
 * machine does is not counted; on one thread that is what a machine takes that does nothing else.
 */
export interface FullSizeCell {
  /** See fullSizeId. */
  readonly id: string
  readonly name: string
  readonly dataset: string
  readonly date: string
  readonly commit: string
  /** Where it was run: cells that are kept may come from other machines than the newest. */
  readonly machine: string
  /** Seconds to read the files, and to divide them. */
  readonly load: number | null
  readonly divide: number | null
  readonly fit: FullSizeFit | null
  readonly evaluate: FullSizeEvaluation | null
  /** Seconds by the clock of all of it as it was run. */
  readonly clockSeconds: number
  /** Most bytes resident at any time. */
  readonly peakBytes: number
  /** Why it did not come to its end: the code of our own error, or what became of the process. */
  readonly failure: { readonly code: string; readonly reason: string } | null
  readonly notes: readonly string[]
}

/** results/full-size.json: time and memory of the cells whose data are not to be had, on synthetic ratings of their shape. */
export interface FullSizeResult {
  readonly command: string
  readonly date: string
  readonly commit: string
  readonly seed: number
  readonly threads: number
  /** Share of the shapes that was made: 1. */
  readonly scale: number
  readonly bounds: {
    readonly fitSeconds: number
    readonly measureSeconds: number
    readonly cellSeconds: number
    readonly residentBytes: number
    /** Users whose ratings are fitted for a model to evaluate, where no epoch was finished. */
    readonly users: number
  }
  readonly shapes: readonly FullSizeShape[]
  readonly cells: readonly FullSizeCell[]
}

/** Says which cell of the recipes a figure is of; another as soon as the recipe says anything else. */
export const fullSizeId = (cell: Cell): string =>
  createHash('sha256').update(cellIdentity(cell)).digest('hex').slice(0, 16)

/** A cell of the first seed with the words that exhibits have for it. */
export interface NamedCell {
  readonly cell: Cell
  /** Ids of the exhibits that draw on it, and their labels. */
  readonly ids: readonly string[]
  readonly exhibits: readonly string[]
  readonly label: string
}

/** One cell of each system of a paper, in the order of its exhibits. */
export function namedCells(paper: Paper): NamedCell[] {
  const one = { ...paper, seeds: paper.seeds.slice(0, 1) }
  const found = new Map<string, { cell: Cell; drawn: Exhibit[]; label: string }>()
  const add = (cell: Cell, exhibit: Exhibit, label: string): void => {
    const known = found.get(cellIdentity(cell))
    if (known) known.drawn.push(exhibit)
    else found.set(cellIdentity(cell), { cell, drawn: [exhibit], label })
  }
  for (const exhibit of paper.exhibits) {
    for (const id of systemsOf(exhibit)) {
      const system = paper.systems[id]!
      const label = `${labelOf(paper, id) ?? system.model}, ${splitWords(system)}`
      for (const cell of systemCells(one, id)) add(cell, exhibit, label)
    }
    if (exhibit.kind === 'distribution') add({ kind: 'data', data: exhibit.data }, exhibit, 'counts of the ratings')
    if (exhibit.kind !== 'checks') continue
    for (const { value } of exhibit.checks) {
      if ('data' in value) add({ kind: 'data', data: value.data }, exhibit, 'counts of the ratings')
    }
  }
  return [...found.values()].map(({ drawn, ...rest }) => {
    const ids = [...new Set(drawn.map(({ id }) => id))]
    return { ...rest, ids, exhibits: [...new Set(drawn.map((exhibit) => exhibit.label))] }
  })
}

/** What the tables call a system, or else the lists. */
function labelOf({ exhibits }: Paper, id: string): string | undefined {
  for (const exhibit of exhibits) {
    if (exhibit.kind !== 'table') continue
    const row = exhibit.rows.find(({ values }) => values.some((value) => value?.system === id))
    if (row) return row.label
  }
  const lists = exhibits.flatMap((exhibit) => (exhibit.kind === 'similar' ? exhibit.lists : []))
  return lists.flatMap(({ ours }) => ours).find(({ system }) => system === id)?.header
}

const splits: Readonly<Record<string, string>> = { random: 'random split', 'time-global': 'split by time' }

function splitWords({ split }: System): string {
  if (!split) return 'trained on all'
  const { kind } = split as SplitSpec & { kind: string }
  return splits[kind] ?? `split ${kind}`
}

/** Of one paper what was run at full size on synthetic ratings, for its report. Plain JSON. */
export interface FullSizeView extends Omit<FullSizeResult, 'cells'> {
  readonly rows: readonly (Omit<NamedCell, 'cell'> & {
    readonly dataset: string
    /** Null where the recipe is not the one that was run, or has not been run. */
    readonly cell: FullSizeCell | null
  })[]
}

/** The cells of a paper on the sets that synthetic ratings stand in for, but for those that were run on the real set; null where there is none. */
export function fullSizeView(
  paper: Paper,
  outcomes: ReadonlyMap<string, Outcome>,
  result: FullSizeResult | null,
): FullSizeView | null {
  if (!result) return null
  const { cells, shapes, ...facts } = result
  const made = new Map(cells.map((cell) => [cell.id, cell]))
  const known = new Set(shapes.map(({ dataset }) => dataset))
  const rows = namedCells(paper).flatMap(({ cell, ...words }) => {
    const { dataset, users } = dataOf(cell)
    if (!known.has(dataset) || users !== undefined) return []
    if (outcomes.get(cellIdentity(cell))?.status === 'done') return []
    return [{ ...words, dataset, cell: made.get(fullSizeId(cell)) ?? null }]
  })
  const used = new Set(rows.map(({ dataset }) => dataset))
  return rows.length === 0 ? null : { ...facts, shapes: shapes.filter(({ dataset }) => used.has(dataset)), rows }
}
