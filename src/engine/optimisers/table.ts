import { arenaBytes, type Workspace } from '../memory/arena.ts'
import { IdleRows, idleBytes } from './idle.ts'
import { isAdam, type OptimiserOptions, restoreViews, type TableOptimiser } from './optimiser.ts'
import { adagradStep, adamStep, checkOptions, sgdStep } from './rules.ts'

export interface Table {
  /** rows x dim, row-major, in the workspace. */
  readonly weights: Float32Array
  readonly dim: number
  /** The most different rows that one step touches; the table's own rows where that is less. */
  readonly capacity: number
}

/** The arena bytes that createTableOptimiser() takes; the weights not counted. */
export function tableOptimiserBytes(options: OptimiserOptions, rows: number, dim: number, capacity: number): number {
  const touched = Math.min(rows, capacity)
  const scratch = arenaBytes({ int32: [rows, touched], float32: [touched * dim] })
  const n = rows * dim
  if (options.kind === 'sgd') return scratch + (options.momentum ? arenaBytes({ float32: [n] }) : 0)
  if (options.kind === 'adagrad') return scratch + arenaBytes({ float32: [n] })
  if (options.kind === 'row-adagrad') return scratch + arenaBytes({ float32: [rows] })
  if (options.kind === 'lazy-adam') return scratch + arenaBytes({ float32: [n, n] })
  return (
    scratch +
    (movesIdleRows(options) ? arenaBytes({ float32: [n, n, n] }) : arenaBytes({ float32: [n, n] }) + idleBytes(rows))
  )
}

/**
 * With a penalty every row moves at every step. Catching up later would be the same work in a chain of dependent
 * steps, several times slower than one pass over the whole table.
 */
function movesIdleRows({ l1 = 0, l2 = 0 }: OptimiserOptions): boolean {
  return l1 !== 0 || l2 !== 0
}

/** Updates the rows of an embedding table. Moments and scratch are taken from the workspace. */
export function createTableOptimiser(workspace: Workspace, table: Table, options: OptimiserOptions): TableOptimiser {
  checkOptions(options)
  const { weights, dim } = table
  const { kernels } = workspace
  const rows = weights.length / dim
  if (!Number.isInteger(rows)) throw new RangeError(`${weights.length} weights are not whole rows of ${dim}`)
  const touched = Math.min(rows, table.capacity)
  const slots = workspace.int32(rows)
  const ids = workspace.int32(touched)
  const sums = workspace.float32(touched * dim)
  const views: Record<string, Float32Array | Int32Array> = {}
  let count = 0
  let steps = 0
  let idle: IdleRows | null = null
  let catchUp = (_ids: Int32Array | null, _n: number): void => {}
  let update: (learningRate: number) => void
  if (options.kind === 'sgd') {
    const momentum = options.momentum ? workspace.float32(weights.length) : null
    if (momentum) views.momentum = momentum
    update = (rate) => kernels.sgdRows(weights, dim, momentum, ids, count, sums, sgdStep(options, rate))
  } else if (isAdam(options)) {
    const m = workspace.float32(weights.length)
    const v = workspace.float32(weights.length)
    Object.assign(views, { m, v })
    const move = (rate: number): void =>
      kernels.adamRows(weights, dim, m, v, ids, count, sums, adamStep(options, rate, steps))
    if (options.kind === 'lazy-adam') update = move
    else if (movesIdleRows(options)) {
      const gradient = workspace.float32(weights.length)
      update = (rate) => {
        kernels.scatterAddRows(gradient, dim, ids, count, sums)
        kernels.adam(weights, gradient, m, v, adamStep(options, rate, steps))
        for (let j = 0; j < count; j++) gradient.fill(0, ids[j]! * dim, (ids[j]! + 1) * dim)
      }
    } else {
      const behind = new IdleRows(workspace, rows, options)
      idle = behind
      Object.assign(views, behind.views)
      catchUp = (which, n) => kernels.catchUpAdam(weights, dim, m, v, behind.last, which, n, behind.steps())
      update = (rate) => {
        catchUp(ids, count)
        move(rate)
        behind.add(rate, steps)
        for (let j = 0; j < count; j++) behind.last[ids[j]!] = behind.count
        if (behind.full) flush()
      }
    }
  } else if (options.kind === 'adagrad') {
    const sum = workspace.float32(weights.length).fill(options.initialSum ?? 0)
    views.sum = sum
    update = (rate) => kernels.adagradRows(weights, dim, sum, ids, count, sums, adagradStep(options, rate))
  } else {
    const sum = workspace.float32(rows).fill(options.initialSum ?? 0)
    views.sum = sum
    update = (rate) => kernels.rowAdagradRows(weights, dim, sum, ids, count, sums, adagradStep(options, rate))
  }
  /** Brings the rows of some entries up to date; an id out of range is left for the kernel to tell. */
  const level = (entries: Int32Array, from: number, to: number): void => {
    if (!idle || from >= to) return
    const wanted = entries.subarray(from, to)
    if (wanted.every((id) => id < rows)) catchUp(wanted, wanted.length)
  }
  const flush = (): void => {
    catchUp(null, rows)
    idle?.forget()
  }
  return {
    options,
    weights,
    dim,
    gather(wanted, n, out) {
      // An id out of range is told by the gather itself, and must not lead the catching up astray before.
      if (idle) for (let r = 0; r < n; r++) if (wanted[r]! >= rows) kernels.gatherRows(weights, dim, wanted, n, out)
      catchUp(wanted, n)
      kernels.gatherRows(weights, dim, wanted, n, out)
    },
    gatherBags(bags, out) {
      const { offsets, which, ids: entries, n } = bags
      if (which) for (let j = 0; j < n; j++) level(entries, offsets[which[j]!] ?? 0, offsets[which[j]! + 1] ?? 0)
      else level(entries, offsets[0]!, offsets[n]!)
      kernels.bagForward(weights, dim, bags, out)
    },
    accumulate(wanted, n, gradients) {
      count = kernels.sumRows(slots, wanted, n, dim, gradients, ids, sums, count)
      return count
    },
    accumulateBags(bags, gradients) {
      count = kernels.bagBackward(slots, dim, bags, gradients, ids, sums, count)
      return count
    },
    touchedGradient: () => sums.subarray(0, count * dim),
    step(learningRate) {
      steps++
      update(learningRate)
      kernels.clearSlots(slots, ids, count)
      count = 0
    },
    flush,
    state: () => ({ views, counters: { steps, idle: idle?.count ?? 0 } }),
    restore(state) {
      restoreViews(views, state.views)
      steps = state.counters.steps ?? 0
      if (idle) idle.count = state.counters.idle ?? 0
    },
  }
}
