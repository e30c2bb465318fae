import { MarqueeError } from '../core/errors.ts'
import { type Cell, cellIdentity, dataOf } from './cell.ts'
import { hasProbe } from './hooks.ts'
import type { Exhibit, Paper, System } from './paper.ts'

/** What of the papers is wanted. */
export interface Selection {
  readonly table?: number | undefined
  readonly figure?: number | undefined
  readonly seeds?: readonly number[] | undefined
}

/** The papers with only the exhibits that are wanted. Throws `no-such-exhibit`, listing what a paper has. */
export function select(papers: readonly Paper[], { table, figure, seeds }: Selection): Paper[] {
  const kind = table === undefined ? 'figure' : 'table'
  const n = table ?? figure
  return papers.map((paper) => {
    const exhibits =
      n === undefined ? paper.exhibits : paper.exhibits.filter(({ number }) => number?.kind === kind && number.n === n)
    if (exhibits.length === 0) {
      const known = new Set(paper.exhibits.map(({ label, number }) => (number ? label : '')).filter((x) => x !== ''))
      throw new MarqueeError('no-such-exhibit', `${paper.name} has no ${kind} ${n}`, {
        remedy: `It has: ${[...known].join(', ')}.`,
      })
    }
    return { ...paper, exhibits, ...(seeds && { seeds }) }
  })
}

/** The cells of the papers, each once, those of one data set together so that it is read once. */
export function cellsOf(papers: readonly Paper[]): Cell[] {
  const cells = new Map<string, Cell>()
  for (const paper of papers) {
    for (const exhibit of paper.exhibits) {
      for (const cell of exhibitCells(paper, exhibit)) cells.set(cellIdentity(cell), cell)
    }
  }
  const order = new Map<string, number>()
  for (const cell of cells.values()) {
    const key = dataKey(cell)
    if (!order.has(key)) order.set(key, order.size)
  }
  return [...cells.values()].sort((a, b) => order.get(dataKey(a))! - order.get(dataKey(b))!)
}

/** What is read from the disk for a cell. */
export const dataKey = (cell: Cell): string => {
  const { dataset, minPerItem } = dataOf(cell)
  return `${dataset} ${minPerItem ?? ''}`
}

function exhibitCells(paper: Paper, exhibit: Exhibit): Cell[] {
  const cells = systemsOf(exhibit).flatMap((id) => systemCells(paper, id))
  if (exhibit.kind === 'distribution') cells.push({ kind: 'data', data: exhibit.data })
  if (exhibit.kind === 'checks') {
    for (const { value } of exhibit.checks) if ('data' in value) cells.push({ kind: 'data', data: value.data })
  }
  return cells
}

/** The cells of a system: one per seed, or one where seeds change nothing. */
export function systemCells({ name, systems, seeds }: Paper, id: string): Cell[] {
  const found = systems[id]
  if (!found) throw new RangeError(`${name} has no system "${id}"`)
  const system = withAvailableProbes(found)
  const used = system.unseeded ? seeds.slice(0, 1) : seeds
  return used.map((seed) => ({ kind: 'fit', system, seed }))
}

/** Without the probes whose module is not here: a cell with them is another cell. */
function withAvailableProbes(system: System): System {
  if (!system.probes) return system
  return { ...system, probes: system.probes.filter(hasProbe) }
}

/** The systems that an exhibit draws on. */
export function systemsOf(exhibit: Exhibit): string[] {
  switch (exhibit.kind) {
    case 'table':
      return unique(exhibit.rows.flatMap(({ values }) => values.flatMap((value) => (value ? [value.system] : []))))
    case 'curves':
      return unique(exhibit.series.map(({ system }) => system))
    case 'bars':
      return unique(exhibit.bars.map(({ system }) => system))
    case 'similar':
      return unique(exhibit.lists.flatMap(({ ours }) => ours.map(({ system }) => system)))
    case 'checks':
      return unique(exhibit.checks.flatMap(({ value }) => ('system' in value ? [value.system] : [])))
    case 'facts':
      return unique(exhibit.columns.map(({ system }) => system))
    case 'pairs':
    case 'map':
    case 'clusters':
      return [exhibit.system]
    case 'distribution':
      return []
  }
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)]
