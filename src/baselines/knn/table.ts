import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { DampedBias } from '../damped-bias.ts'
import { fillMemory, type KnnMemory } from './memory.ts'
import { runJobs } from './pool.ts'
import { rowMeans, type SimilarityRule, valuesBy } from './values.ts'
import { type KnnJob, type KnnSetup, KnnWork } from './work.ts'

/** The nearest items of item i, best first, ties by index, similarities above 0: at offsets[i] to offsets[i + 1]. */
export interface NeighbourTable {
  readonly offsets: Int32Array
  readonly neighbours: Int32Array
  readonly similarities: Float32Array
}

export interface TableOptions {
  readonly rule: SimilarityRule
  /** At most so many of every item. */
  readonly stored: number
  readonly threads: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

const itemsPerJob = 32
/** Below so many additions threads take longer to start than to work. */
const additionsWorthThreads = 1e8

/**
 * Compares every item with every other, one item at a time: memory for one row of similarities a thread and for the
 * table, time for the sum over users of their squared number of ratings. The same table on any number of threads.
 */
export async function fillTable(
  train: Interactions,
  baseline: DampedBias,
  options: TableOptions,
): Promise<NeighbourTable> {
  const { rule, threads, signal, onProgress } = options
  const total = train.items.size
  const stored = Math.max(1, Math.min(options.stored, total - 1))
  const byRow = train.byItem()
  const byColumn = train.byUser()
  const { mean } = baseline
  const asValue = valuesBy(rule, { mean, columnMeans: rowMeans(byColumn, mean), columnBiases: baseline.users })
  const memory = await fillMemory({
    ...{ byRow, byColumn, rule, asValue, stored, threads },
    rowMeans: rowMeans(byRow, mean),
    rowBiases: baseline.items,
  })
  const { arena, places } = memory
  const setups = Array.from({ length: threads }, (_, thread): KnnSetup => {
    return { memory: arena.memory, simd: arena.simd, places, thread, rule, k: null, minNeighbours: 1, stored }
  })
  const jobs: KnnJob[] = []
  for (let from = 0; from < total; from += itemsPerJob) {
    jobs.push({ kind: 'table', from, to: Math.min(total, from + itemsPerJob) })
  }
  const onDone = (done: number): void =>
    onProgress?.({ stage: 'comparing', done: Math.min(total, done * itemsPerJob), total, unit: 'items' })
  if (additionsOf(byColumn.offsets) > additionsWorthThreads) await runJobs(setups, jobs, { signal, onDone })
  else {
    const work = await KnnWork.start(setups[0]!)
    for (const [n, job] of jobs.entries()) {
      throwIfAborted(signal, 'comparing items')
      work.run(job)
      onDone(n + 1)
      if (n % 16 === 15) await setImmediate()
    }
  }
  return compact(memory, stored)
}

function additionsOf(offsets: Int32Array): number {
  let additions = 0
  for (let row = 0; row + 1 < offsets.length; row++) additions += (offsets[row + 1]! - offsets[row]!) ** 2
  return additions
}

function compact({ arrays }: KnnMemory, stored: number): NeighbourTable {
  const { tableIds, tableSimilarities, tableCounts } = arrays
  const offsets = new Int32Array(tableCounts.length + 1)
  for (const [item, count] of tableCounts.entries()) offsets[item + 1] = offsets[item]! + count
  const neighbours = new Int32Array(offsets.at(-1)!)
  const similarities = new Float32Array(neighbours.length)
  for (const [item, count] of tableCounts.entries()) {
    const start = item * stored
    neighbours.set(tableIds.subarray(start, start + count), offsets[item])
    similarities.set(tableSimilarities.subarray(start, start + count), offsets[item])
  }
  return { offsets, neighbours, similarities }
}
