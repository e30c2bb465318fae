import { InterruptedError, MarqueeError } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { type Dataset, findEntry, loadDataset } from '../data/index.ts'
import type { CellCache } from './cache.ts'
import { type Cell, type CellResult, cellIdentity, cellKey, dataOf } from './cell.ts'
import { notRun } from './not-run.ts'
import type { Paper } from './paper.ts'
import { cellsOf, dataKey } from './plan.ts'
import { costOf, runCell } from './run-cell.ts'

/** What became of a cell. */
export type Outcome =
  | { readonly status: 'done'; readonly key: string; readonly result: CellResult }
  /** The data, the model or the ability is not here: nothing is wrong. */
  | { readonly status: 'not-available'; readonly reason: string }
  /** It should have worked. */
  | { readonly status: 'failed'; readonly reason: string }

/** A data set that is wanted and not here. */
export interface MissingData {
  readonly dataset: string
  readonly reason: string
}

export interface Reproduction {
  readonly papers: readonly Paper[]
  /** By the identity of the cell. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly missing: readonly MissingData[]
  /** How many cells were computed now, and how many were there already. */
  readonly computed: number
  readonly cached: number
}

/** One cell has been looked at. */
export interface CellProgress {
  readonly done: number
  readonly total: number
  readonly cell: Cell
  readonly outcome: Outcome
  readonly cached: boolean
  readonly seconds: number
  /** Estimated seconds for the cells left; null while nothing is known. */
  readonly left: number | null
}

export interface ReproduceOptions {
  readonly cache: CellCache
  readonly threads: number
  /** Compute cells again that are there already. */
  readonly fresh?: boolean
  /** Compute nothing: cells that are not there yet count as not available. */
  readonly finishedOnly?: boolean
  readonly onProgress?: OnProgress
  readonly onCell?: (progress: CellProgress) => void
  readonly signal?: AbortSignal
}

/** Codes of errors that say that something is absent, not broken. */
const absent = new Set(['not-able', 'model-not-here', 'unknown-model', 'dataset-not-here', 'no-timestamps', 'not-here'])

/**
 * Runs every cell of the papers that is not in the cache; none with `finishedOnly`. A cell that fails does not stop the others. Throws InterruptedError
 * when the signal is raised: finished cells are kept, and the same call goes on from them.
 */
export async function reproduce(papers: readonly Paper[], options: ReproduceOptions): Promise<Reproduction> {
  const { cache, threads, fresh = false, finishedOnly = false, signal, onProgress, onCell } = options
  const cells = cellsOf(papers)
  const outcomes = new Map<string, Outcome>()
  const data = new DataShelf(onProgress, signal)
  const clock = new Clock(cells)
  let computed = 0
  let cached = 0
  for (const [n, cell] of cells.entries()) {
    const started = performance.now()
    let found = false
    const outcome = await attempt(async () => {
      const dataset = await data.get(cell)
      const key = cellKey(cell, dataset.fingerprint)
      const kept = fresh ? null : cache.get(key)
      if (kept) {
        found = true
        return { status: 'done', key, result: kept } as const
      }
      if (finishedOnly) return { status: 'not-available', reason: notRun } as const
      const name = nameOf(cell)
      const result = await runCell(cell, dataset, {
        threads,
        signal,
        checkpoint: cache.checkpoint(key, threads),
        onProgress: onProgress && ((p) => onProgress({ ...p, stage: `${n + 1}/${cells.length} ${name}: ${p.stage}` })),
      })
      cache.put(key, cell, result)
      return { status: 'done', key, result } as const
    })
    if (outcome.status === 'done') found ? cached++ : computed++
    outcomes.set(cellIdentity(cell), outcome)
    const seconds = (performance.now() - started) / 1000
    const left = clock.after(n, found || outcome.status !== 'done' ? null : seconds)
    onCell?.({ done: n + 1, total: cells.length, cell, outcome, cached: found, seconds, left })
    if (signal?.aborted && n + 1 < cells.length) throw interrupted()
  }
  return { papers, outcomes, missing: data.missing(), computed, cached }
}

async function attempt(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof InterruptedError) throw interrupted(error)
    const reason = error instanceof Error ? error.message : String(error)
    if (error instanceof MarqueeError && absent.has(error.code)) return { status: 'not-available', reason }
    return { status: 'failed', reason }
  }
}

const interrupted = (cause?: unknown): InterruptedError =>
  new InterruptedError('the reproduction was interrupted', {
    remedy: 'Finished cells are kept: the same command goes on from them.',
    cause,
  })

/** "dnn on ml-1m, seed 2". */
export function nameOf(cell: Cell): string {
  const { dataset } = dataOf(cell)
  return cell.kind === 'data' ? `counts of ${dataset}` : `${cell.system.model} on ${dataset}, seed ${cell.seed}`
}

/** Holds one data set at a time, and remembers which are not here. */
class DataShelf {
  private held: { key: string; dataset: Dataset } | null = null
  private readonly absent = new Map<string, MarqueeError>()
  private readonly onProgress: OnProgress | undefined
  private readonly signal: AbortSignal | undefined

  constructor(onProgress: OnProgress | undefined, signal: AbortSignal | undefined) {
    this.onProgress = onProgress
    this.signal = signal
  }

  async get(cell: Cell): Promise<Dataset> {
    const key = dataKey(cell)
    if (this.held?.key === key) return this.held.dataset
    const { dataset: name, minPerItem } = dataOf(cell)
    const known = this.absent.get(name)
    if (known) throw known
    this.held = null
    try {
      const dataset = await loadDataset(name, {
        ...(minPerItem !== undefined && { minPerItem, core: 'single' as const }),
        ...(this.onProgress && { onProgress: this.onProgress }),
        ...(this.signal && { signal: this.signal }),
      })
      this.held = { key, dataset }
      return dataset
    } catch (error) {
      if (error instanceof MarqueeError && error.code === 'dataset-not-here') this.absent.set(name, error)
      throw error
    }
  }

  missing(): MissingData[] {
    return [...this.absent].map(([dataset, error]) => ({ dataset, reason: error.message }))
  }
}

/** Estimates the time left from what computed cells took for their cost. */
class Clock {
  private readonly costs: number[]
  private seconds = 0
  private cost = 0

  constructor(cells: readonly Cell[]) {
    this.costs = cells.map((cell) => {
      const { dataset, users } = dataOf(cell)
      const ratings = users === undefined ? (findEntry(dataset)?.counts?.ratings ?? 26_000_000) : users * 160
      return cell.kind === 'data' ? ratings / 10 : costOf(cell.system, ratings)
    })
  }

  after(n: number, seconds: number | null): number | null {
    if (seconds !== null) {
      this.seconds += seconds
      this.cost += this.costs[n]!
    }
    if (this.cost === 0) return null
    const rest = this.costs.slice(n + 1).reduce((sum, cost) => sum + cost, 0)
    return (rest * this.seconds) / this.cost
  }
}
