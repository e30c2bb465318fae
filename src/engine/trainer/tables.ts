import type { Bags } from '../kernels/bag.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { arenaBytes, type Workspace } from '../memory/arena.ts'
import type { TableOptimiser } from '../optimisers/optimiser.ts'
import { createTableOptimiser, tableOptimiserBytes } from '../optimisers/table.ts'
import { type Dims, elementsOf, nameOf } from './sizes.ts'
import type { Slot, StepBag, StepTable } from './step.ts'

/** A table inside a step: what the graph is fed of it, and the gradient that comes back, in place. */
export interface TablePart {
  readonly name: string
  /** What is fed in place of the look-up. */
  readonly fed: StepTable['rows']
  readonly kernels: Kernels
  readonly optimiser: TableOptimiser
  /** At their largest; cut to a batch's sizes when bound. */
  readonly rows: Float32Array
  readonly gradient: Float32Array
  gather(slot: Slot, dims: Dims): void
  accumulate(slot: Slot, dims: Dims): void
}

/** A bag's entries of one batch in CSR form, in a slot. */
export interface SlotBag {
  /** batch + 1: example b has the entries offsets[b] to offsets[b + 1] of the other two. */
  readonly offsets: Int32Array
  readonly ids: Int32Array
  /** What each row is multiplied by; data, not trained. */
  readonly weights: Float32Array
}

const shapeOf = (parameter: StepTable['rows']): { rows: number; dim: number } => {
  const [rows, ...rest] = parameter.shape as number[]
  return { rows: rows!, dim: rest.reduce((n, size) => n * size, 1) }
}

/** Bytes of a looked-up table in its workspace. */
export function tableBytes({ rows, optimiser }: StepTable, largest: Dims): number {
  const { rows: count, dim } = shapeOf(rows.inputs[0]!)
  const ids = largest[rows.shape[0] as string]!
  const arrays = arenaBytes({ float32: [count * dim, ids * dim, ids * dim], int32: [ids, ids] })
  return arrays + tableOptimiserBytes(optimiser, count, dim, ids)
}

/** Bytes of a table of bags. */
export function bagBytes({ parameter, optimiser, entries }: StepBag, largest: Dims): number {
  const { rows, dim } = shapeOf(parameter)
  const bags = largest.B!
  const arrays = arenaBytes({
    float32: [rows * dim, bags * dim, bags * dim, entries, entries],
    int32: [bags + 1, entries, bags + 1, entries],
  })
  return arrays + tableOptimiserBytes(optimiser, rows, dim, entries)
}

/** Makes a looked-up table, and its ids in both slots. */
export function createTable(
  { rows, optimiser, initialise }: StepTable,
  workspace: Workspace,
  largest: Dims,
  ids: readonly [Record<string, Int32Array>, Record<string, Int32Array>],
): TablePart & { readonly weights: Float32Array } {
  const parameter = rows.inputs[0]!
  const name = nameOf(parameter)
  const { dim } = shapeOf(parameter)
  const unit = rows.shape[0] as string
  const capacity = largest[unit]!
  const weights = workspace.float32(elementsOf(parameter.shape, {}))
  initialise(weights)
  for (const slot of ids) slot[name] = workspace.int32(capacity)
  const [fed, gradient] = [workspace.float32(capacity * dim), workspace.float32(capacity * dim)]
  const table = createTableOptimiser(workspace, { weights, dim, capacity }, optimiser)
  return {
    ...{ name, fed: rows, kernels: workspace.kernels, optimiser: table, weights, rows: fed, gradient },
    gather: (slot, dims) => table.gather(slot.ids[name]!, dims[unit]!, fed),
    accumulate: (slot, dims) => void table.accumulate(slot.ids[name]!, dims[unit]!, gradient),
  }
}

/** Makes a table of bags, and its entries in both slots. */
export function createBag(
  { sums, parameter, optimiser, entries, initialise }: StepBag,
  workspace: Workspace,
  largest: Dims,
  bags: readonly [Record<string, SlotBag>, Record<string, SlotBag>],
): TablePart & { readonly weights: Float32Array } {
  const name = nameOf(parameter)
  const { dim } = shapeOf(parameter)
  const weights = workspace.float32(elementsOf(parameter.shape, {}))
  initialise(weights)
  for (const slot of bags) {
    slot[name] = {
      offsets: workspace.int32(largest.B! + 1),
      ids: workspace.int32(entries),
      weights: workspace.float32(entries),
    }
  }
  const [fed, gradient] = [workspace.float32(largest.B! * dim), workspace.float32(largest.B! * dim)]
  const table = createTableOptimiser(workspace, { weights, dim, capacity: entries }, optimiser)
  const csr = (slot: Slot, { B }: Dims): Bags => ({ ...slot.bags[name]!, mean: false, which: null, n: B! })
  return {
    ...{ name, fed: sums, kernels: workspace.kernels, optimiser: table, weights, rows: fed, gradient },
    gather: (slot, dims) => table.gatherBags(csr(slot, dims), fed),
    accumulate: (slot, dims) => void table.accumulateBags(csr(slot, dims), gradient),
  }
}
