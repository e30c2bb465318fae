import { duration } from '../../core/progress-line.ts'
import type { FullSizeCell, FullSizeView } from '../full-size.ts'
import { grouped } from './html.ts'

/** What the report and the pages say of cells that were not run on their real set. Plain text. */
export interface FullSizeText {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly head: readonly string[]
  /** A text for every column. */
  readonly rows: readonly (readonly string[])[]
  readonly remarks: readonly string[]
}

export function fullSizeText({ rows, shapes, ...made }: FullSizeView): FullSizeText {
  const { command, threads, seed, bounds, scale } = made
  const run = rows.flatMap(({ cell }) => cell ?? [])
  const listed = (of: readonly string[]): string => [...new Set(of)].sort().join(', ')
  const sets = shapes.map(({ dataset, users, items, ratings }) => {
    return `${dataset}: ${grouped(ratings)} ratings of ${grouped(items)} movies by ${grouped(users)} users`
  })
  return {
    title: 'Not run on the real set',
    paragraphs: [
      `These cells need sets that were not at hand (${shapes.map(({ dataset }) => `marquee data get ${dataset}`).join('; ')}): none of their figures stands above. Their recipes were run as they ` +
        `are, through the same reader, on synthetic ratings of the same shape and size (${sets.join('; ')}; seed ${seed}${scale === 1 ? '' : `; ${scale} of the size`}), for time and memory alone.`,
      'Each cell had a process of its own and one epoch (sweep, for what is solved in sweeps), of the first seed; ≈ is extrapolated from that, or from the part ' +
        `of it done in ${bounds.fitSeconds} seconds (${bounds.measureSeconds} for a measure). Times are processor time on ${threads === 1 ? 'one thread' : `${threads} threads`}, for the machine had other work. Peak memory is the most that the process held, ratings included.`,
      run.length === 0
        ? `None has been run: ${command} does it.`
        : `Made by ${command} (${listed(run.map(({ date }) => date))}; at ${listed(run.map(({ commit }) => commit))}) on ${machinesOf(run).join('; ')}.`,
    ],
    head: ['exhibit', 'model', 'data', 'load', 'fit, an epoch', 'fit, in all', 'evaluate', 'peak memory'],
    rows: rows.map(({ exhibits, label, dataset, cell }) => [exhibits.join(', '), label, dataset, ...figures(cell)]),
    remarks: remarksOf(rows),
  }
}

/** Where the cells were run, most first. */
function machinesOf(cells: readonly FullSizeCell[]): string[] {
  const counts = new Map<string, number>()
  for (const { machine } of cells) counts.set(machine, (counts.get(machine) ?? 0) + 1)
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return ordered.map(([machine, count]) =>
    ordered.length === 1 ? machine : `${machine} (${count} ${count === 1 ? 'cell' : 'cells'})`,
  )
}

function figures(cell: FullSizeCell | null): string[] {
  if (!cell) return ['not run', '', '', '', '']
  const { load, fit, evaluate, peakBytes, failure } = cell
  const about = (seconds: number, extrapolated: boolean): string => `${extrapolated ? '≈ ' : ''}${duration(seconds)}`
  const each = fit?.each ?? null
  return [
    load === null ? '' : duration(load),
    each === null ? '' : `${about(each, (fit?.run ?? 1) < 1)} × ${fit!.times}`,
    fit === null ? '' : about(fit.seconds, fit.extrapolated),
    evaluate === null ? (failure?.code ?? '') : about(evaluate.seconds, evaluate.extrapolated),
    `${(peakBytes / 2 ** 30).toFixed(1)} GiB`,
  ]
}

/** Failures, and what is to be known of some figures, each once with the cells it is of. */
function remarksOf(rows: FullSizeView['rows']): string[] {
  const of = new Map<string, string[]>()
  for (const { label, dataset, cell } of rows) {
    if (!cell) continue
    const failed = cell.failure ? [`Not finished (${cell.failure.code}): ${cell.failure.reason}.`] : []
    for (const remark of [...failed, ...cell.notes])
      of.set(remark, [...(of.get(remark) ?? []), `${label} (${dataset})`])
  }
  return [...of].map(([remark, cells]) => `${cells.join('; ')}: ${remark.replace(/\.\.$/, '.')}`)
}
